using System.IO.Pipes;

namespace Berth.Platform.Plugins;

/// <summary>
/// One standard input for several programs that run one after another, as if they had inherited the same pipe: what one leaves unread
/// the next one gets. Nothing is asked of the caller before a program runs.
/// </summary>
/// <param name="open">Asks the caller for input; called once, at the first program.</param>
internal sealed class SharedInput(Func<Stream> open)
{
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly List<byte> _unread = [];
    private Stream? _source;
    private Task<int>? _reading;
    private bool _ended;

    /// <summary>No input at all: the program finds its end at once.</summary>
    public static SharedInput None => new(() => Stream.Null);

    /// <summary>Feeds a program until it has ended.</summary>
    /// <param name="to">Its standard input, closed at the end.</param>
    /// <param name="exited">Completes when the program has ended.</param>
    public async Task FeedAsync(Stream to, Task exited)
    {
        using var rest = ReadingEndOf(to);
        var feeding = WriteAsync(to, exited);
        await exited;
        if (rest is not null)
        {
            // Reading also frees a writer that waits for room in the pipe; the end comes when it has closed.
            await Task.Run(() => TakeBack(rest));
        }

        await feeding;
    }

    private async Task WriteAsync(Stream to, Task exited)
    {
        await using (to)
        {
            try
            {
                if (_unread.Count > 0)
                {
                    byte[] again = [.. _unread];
                    _unread.Clear();
                    await to.WriteAsync(again, CancellationToken.None);
                }

                while (!_ended && !exited.IsCompleted && await NextAsync(exited) is { Length: > 0 } piece)
                {
                    await to.WriteAsync(piece, CancellationToken.None);
                }
            }
            catch (IOException)
            {
                // The program has ended or closed its input: what is left is the next one's.
            }
        }
    }

    /// <returns>What came; nothing when the program ended first or the input did.</returns>
    private async Task<ReadOnlyMemory<byte>> NextAsync(Task exited)
    {
        _source ??= open();
        _reading ??= _source.ReadAsync(_buffer, CancellationToken.None).AsTask();
        if (await Task.WhenAny(_reading, exited) == exited && !_reading.IsCompleted)
        {
            return default;
        }

        var read = _reading;
        _reading = null;
        var count = await read;
        _ended = count == 0;
        return _buffer.AsMemory(0, count);
    }

    private void TakeBack(FileStream rest)
    {
        var buffer = new byte[4096];
        int read;
        while ((read = rest.Read(buffer)) > 0)
        {
            _unread.AddRange(buffer.AsSpan(0, read));
        }
    }

    private static FileStream? ReadingEndOf(Stream input) => input is PipeStream { SafePipeHandle: { IsInvalid: false } pipe }
        ? new FileStream($"/proc/self/fd/{pipe.DangerousGetHandle()}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0)
        : null;
}
