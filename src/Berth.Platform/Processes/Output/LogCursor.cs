using Microsoft.Win32.SafeHandles;

namespace Berth.Platform.Processes.Output;

/// <summary>A place in a file that grows, is rotated under the reader, and is renamed in the end.</summary>
/// <remarks>
/// A rotation shows as a new older half. What was not read yet is in there, at the same position if it is a whole copy; the file itself
/// then starts at 0, once it is truncated.
/// </remarks>
internal sealed class LogCursor : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BlockSize];
    private readonly long _sizeLimit;
    private readonly SafeFileHandle? _handle;
    private SafeFileHandle? _older;
    private OlderHalf _olderSeen;
    private bool _awaitsTruncation;
    private int _held;

    public LogCursor(LogFile file, long sizeLimit)
    {
        (File, _sizeLimit) = (file, sizeLimit);
        _olderSeen = LookAtOlder();
        // Opened at once: under its name it may soon be gone.
        _handle = KeptFile.TryRead(file.Path);
        IsOver = _handle is null;
    }

    /// <summary>Tells one older half from the next.</summary>
    private readonly record struct OlderHalf(long Length, DateTime Made, DateTime Written);

    public LogFile File { get; }

    /// <summary>Where reading goes on, in bytes.</summary>
    public long Position { get; set; }

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
            if (_handle is null || IsOver)
            {
                return [];
            }

            FollowRotation(RandomAccess.GetLength(_handle));
            return _awaitsTruncation ? [] : Read(_older ?? _handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            IsOver = true;
            return [];
        }
    }

    private void FollowRotation(long length)
    {
        var older = LookAtOlder();
        if (_older is null && older != _olderSeen)
        {
            // Overtaken before the file was seen truncated: the new older half is to be read from its start.
            Position = _awaitsTruncation ? 0 : Position;
            _olderSeen = older;
            // A copy of the end only, after a flood, means nothing at our position.
            _older = older.Length > _sizeLimit && older.Length >= Position ? KeptFile.TryRead(File.OlderPath) : null;
            _awaitsTruncation = _older is null;
        }
        else if (_awaitsTruncation && length < _olderSeen.Length || _older is null && length < Position)
        {
            _awaitsTruncation = false;
            Position = 0;
        }
    }

    private List<string> Read(SafeFileHandle from)
    {
        var read = RandomAccess.Read(from, _buffer.AsSpan(_held), Position);
        Position += read;
        if (read == 0 && _older is not null)
        {
            _older.Dispose();
            _older = null;
            _awaitsTruncation = true;
        }
        else if (read == 0)
        {
            IsOver = !System.IO.File.Exists(File.Path);
        }

        return TakeLines(read);
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

    private OlderHalf LookAtOlder()
    {
        var info = new FileInfo(File.OlderPath);
        return info.Exists ? new OlderHalf(info.Length, info.CreationTimeUtc, info.LastWriteTimeUtc) : default;
    }
}
