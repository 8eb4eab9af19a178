using Microsoft.Win32.SafeHandles;

namespace Berth.Platform.Processes.Output;

/// <summary>A place in a file that grows, is rotated under the reader, and is renamed in the end.</summary>
internal sealed class LogCursor(LogFile file, long position, long sizeLimit) : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BlockSize];
    private SafeFileHandle? _handle;
    private SafeFileHandle? _older;
    private long _position = position;
    private int _held;

    public LogFile File { get; } = file;

    /// <summary>True when the file was put aside and read to its end.</summary>
    public bool IsOver { get; private set; }

    public void Dispose()
    {
        _handle?.Dispose();
        _older?.Dispose();
    }

    /// <returns>The lines of one block at most, so that several files are read in turn and memory stays bounded.</returns>
    public List<string> ReadSome()
    {
        try
        {
            _handle ??= Open(File.Path);
            if (_older is null && RandomAccess.GetLength(_handle) < _position)
            {
                _older = OpenOlder();
                _position = _older is null ? 0 : _position;
            }

            var read = RandomAccess.Read(_older ?? _handle, _buffer.AsSpan(_held), _position);
            _position += read;
            if (read == 0)
            {
                AtEnd();
            }

            return TakeLines(read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            IsOver = true;
            return [];
        }
    }

    private static SafeFileHandle Open(string path) =>
        System.IO.File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);

    private void AtEnd()
    {
        if (_older is null)
        {
            IsOver = !System.IO.File.Exists(File.Path);
            return;
        }

        _older.Dispose();
        _older = null;
        _position = 0;
    }

    /// <returns>The older half when it is a copy of the whole file, so that positions mean the same in it; else null.</returns>
    private SafeFileHandle? OpenOlder()
    {
        if (!System.IO.File.Exists(File.OlderPath))
        {
            return null;
        }

        var older = Open(File.OlderPath);
        if (RandomAccess.GetLength(older) >= Math.Max(_position, sizeLimit + 1))
        {
            return older;
        }

        older.Dispose();
        return null;
    }

    private List<string> TakeLines(int read)
    {
        var lines = new List<string>();
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, _held + read);
        while (LogLines.Take(ref bytes, isEnd: IsOver) is { } line)
        {
            lines.Add(line);
        }

        _held = bytes.Length;
        bytes.CopyTo(_buffer);
        return lines;
    }
}
