using System.Buffers;
using System.Threading.Channels;
using Berth.Kernel;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Logging;

/// <summary>
/// Writes the lines of all access and error logs, one thread at a time, in batches. Bounded on every side: lines waiting, files open,
/// and the size of each file (<see cref="RotatedFile"/>).
/// </summary>
internal sealed class LogWriter(TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int Waiting = 8192;
    private const int OpenFiles = 256;

    private readonly Channel<LogEntry> _lines = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly Dictionary<string, RotatedFile> _files = new(StringComparer.Ordinal);
    private Task? _writing;
    private long _dropped;

    /// <summary>Takes a line; when too many wait already it is dropped.</summary>
    internal void Write(LogEntry entry)
    {
        if (!_lines.Writer.TryWrite(entry))
        {
            ArrayPool<byte>.Shared.Return(entry.Buffer);
            Interlocked.Increment(ref _dropped);
        }
    }

    internal void Start() => _writing = Task.Run(RunAsync);

    /// <summary>Writes what waits, then closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        if (_writing is not null)
        {
            await _writing;
        }

        CloseAll();
    }

    private async Task RunAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var entry))
            {
                FileOf(entry.Place.FileOf(entry.App)).Append(entry.Buffer.AsSpan(0, entry.Length));
                ArrayPool<byte>.Shared.Return(entry.Buffer);
            }

            foreach (var file in _files.Values)
            {
                Flush(file);
            }

            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                logger.LinesDropped(dropped);
            }
        }
    }

    private void Flush(RotatedFile file)
    {
        try
        {
            file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProblemException)
        {
            // An app is served whether or not its log can be written; the file is tried again after a while.
            if (file.Fail())
            {
                logger.LogNotWritten(file.Path, e.Message);
            }
        }
    }

    private RotatedFile FileOf(string path)
    {
        if (_files.TryGetValue(path, out var file))
        {
            return file;
        }

        if (_files.Count >= OpenFiles)
        {
            CloseAll();
        }

        return _files[path] = new RotatedFile(path, time);
    }

    private void CloseAll()
    {
        foreach (var file in _files.Values)
        {
            Flush(file);
            file.Dispose();
        }

        _files.Clear();
    }
}
