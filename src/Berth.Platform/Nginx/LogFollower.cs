using System.Runtime.CompilerServices;
using Berth.Platform.Processes.Output;

namespace Berth.Platform.Nginx;

/// <summary>Reads the last lines of a log and, when asked, what is added afterwards, also when the file is put aside meanwhile.</summary>
internal sealed class LogFollower(TimeProvider time)
{
    private const int BlockSize = 64 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <param name="path">The file; one that is not there yet has no lines.</param>
    /// <param name="count">How many of the last lines.</param>
    /// <param name="follow">Whether to go on.</param>
    /// <param name="cancel">Ends the stream; that is no error.</param>
    public async IAsyncEnumerable<string> ReadAsync(
        string path, int count, bool follow, [EnumeratorCancellation] CancellationToken cancel)
    {
        var tail = LogTail.Read(path, count, keepOpen: follow);
        foreach (var line in tail.Lines)
        {
            yield return line;
        }

        for (var position = tail.End; follow && !cancel.IsCancellationRequested;)
        {
            var (lines, next) = ReadFrom(path, position);
            position = next;
            foreach (var line in lines)
            {
                yield return line;
            }

            if (lines.Count == 0)
            {
                await Task.Delay(Pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static (List<string> Lines, long Next) ReadFrom(string path, long position)
    {
        try
        {
            using var file = KeptFile.TryRead(path);
            if (file is null)
            {
                return ([], 0);
            }

            // Shorter than what was read: it is a new file.
            var from = RandomAccess.GetLength(file) < position ? 0 : position;
            var buffer = new byte[BlockSize];
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, RandomAccess.Read(file, buffer, from));
            var (read, lines) = (bytes.Length, new List<string>());
            while (LogLines.Take(ref bytes, isEnd: false) is { } line)
            {
                lines.Add(line);
            }

            return (lines, from + read - bytes.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Put aside just now, or not there yet: the next look tells.
            return ([], 0);
        }
    }
}
