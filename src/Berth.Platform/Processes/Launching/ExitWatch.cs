using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>
/// Tells when processes end that are not this daemon's children. One thread waits on all of them (pidfd_open(2), poll(2)):
/// no polling of process ids, which may be given to another process meanwhile.
/// </summary>
internal sealed unsafe class ExitWatch : IDisposable
{
    private const int EventFlags = 0x80000 | 0x800; // EFD_CLOEXEC | EFD_NONBLOCK
    private readonly Lock _lock = new();
    private readonly Dictionary<int, TaskCompletionSource> _watched = [];
    private int _wake = Libc.CreateEvent(0, EventFlags);
    private Thread? _thread;
    private bool _disposed;

    /// <param name="pidfd">Owned from now on.</param>
    public Task Watch(int pidfd)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _watched.Add(pidfd, ended);
            if (_thread is null)
            {
                _thread = new Thread(Loop) { IsBackground = true, Name = "exit watch" };
                _thread.Start();
            }
        }

        _ = Libc.WriteEvent(_wake, 1);
        return ended.Task;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }

        _ = Libc.WriteEvent(_wake, 1);
        _thread?.Join();
        Posix.CloseOnce(ref _wake);
    }

    private void Loop()
    {
        while (Entries() is { } entries)
        {
            fixed (Posix.PollEntry* first = entries)
            {
                _ = Posix.Poll(first, (nuint)entries.Length, -1);
            }

            ulong ignored;
            _ = Libc.ReadEvent(_wake, &ignored);
            foreach (var entry in entries.Where(e => e.Found != 0 && e.Descriptor != _wake))
            {
                Complete(entry.Descriptor);
            }
        }
    }

    private Posix.PollEntry[]? Entries()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                foreach (var descriptor in _watched.Keys)
                {
                    _ = Libc.Close(descriptor);
                }

                return null;
            }

            return [.. _watched.Keys.Prepend(_wake).Select(d => new Posix.PollEntry { Descriptor = d, Wanted = Posix.Readable })];
        }
    }

    private void Complete(int descriptor)
    {
        TaskCompletionSource? ended;
        lock (_lock)
        {
            _watched.Remove(descriptor, out ended);
        }

        _ = Libc.Close(descriptor);
        ended?.SetResult();
    }
}
