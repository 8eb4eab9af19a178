using System.Buffers;
using Berth.Kernel;
using Microsoft.Win32.SafeHandles;

namespace Berth.Edge.Logging;

/// <summary>
/// A log file that never grows beyond a limit: full, it is put aside as <c>.1</c> and then <c>.2</c>, and what was there before is gone.
/// It is opened anew once a minute, so that a file another program put aside is noticed.
/// </summary>
internal sealed class RotatedFile(string path, TimeProvider time) : IDisposable
{
    /// <summary>The largest file, in bytes; with those put aside an app has three times this.</summary>
    internal const long Limit = 16 << 20;

    private static readonly TimeSpan Reopening = TimeSpan.FromMinutes(1);

    private readonly ArrayBufferWriter<byte> _waiting = new();
    private SafeFileHandle? _file;
    private long _opened;
    private long _failed;

    internal string Path => path;

    internal void Append(ReadOnlySpan<byte> line) => _waiting.Write(line);

    /// <exception cref="IOException">The file cannot be written; what waited is kept for the next try.</exception>
    internal void Flush()
    {
        if (_waiting.WrittenCount == 0)
        {
            return;
        }

        if (_failed != 0 && time.GetElapsedTime(_failed) < Reopening)
        {
            _waiting.ResetWrittenCount();
            return;
        }

        if (_file is not null && time.GetElapsedTime(_opened) > Reopening)
        {
            Dispose();
        }

        _file ??= Open();
        if (RandomAccess.GetLength(_file) + _waiting.WrittenCount > Limit)
        {
            Rotate();
        }

        RandomAccess.Write(_file, _waiting.WrittenSpan, RandomAccess.GetLength(_file));
        _waiting.ResetWrittenCount();
        _failed = 0;
    }

    /// <summary>Lets go of what could not be written.</summary>
    /// <returns>True when it is the first time since it worked.</returns>
    internal bool Fail()
    {
        Dispose();
        _waiting.ResetWrittenCount();
        var first = _failed == 0;
        _failed = time.GetTimestamp();
        return first;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private SafeFileHandle Open()
    {
        using var folder = PrivateFolder.HoldStraight(System.IO.Path.GetDirectoryName(path)!, PrivateFolder.GroupRead);
        var name = System.IO.Path.GetFileName(path);

        // A fifo or a link that someone put here would hang the writer or lead it elsewhere.
        if (new FileInfo($"{folder.Path}/{name}").LinkTarget is not null)
        {
            throw new IOException("it is not a plain file");
        }

        var isNew = !File.Exists($"{folder.Path}/{name}");
        var file = folder.Append(name, AtomicFile.GroupRead);
        if (isNew)
        {
            File.SetUnixFileMode(file, AtomicFile.GroupRead);
        }

        _opened = time.GetTimestamp();
        return file;
    }

    private void Rotate()
    {
        Dispose();
        using (var folder = PrivateFolder.HoldStraight(System.IO.Path.GetDirectoryName(path)!, PrivateFolder.GroupRead))
        {
            var name = System.IO.Path.GetFileName(path);
            folder.Rename($"{name}.1", $"{name}.2");
            folder.Rename(name, $"{name}.1");
        }

        _file = Open();
    }
}
