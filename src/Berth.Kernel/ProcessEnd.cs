namespace Berth.Kernel;

/// <summary>The end of a process that is not this one's child: all its files are closed then (pidfd_open(2), poll(2)).</summary>
/// <param name="process">Its id; from now on it is known to mean this process, whoever has the id later.</param>
internal sealed unsafe class ProcessEnd(int process) : IDisposable
{
    private int _descriptor = Posix.OpenPidfd(process);

    /// <returns>False when it lives longer.</returns>
    public bool ComesWithin(TimeSpan patience) =>
        // One that could not be opened had ended. A signal begins the wait anew.
        _descriptor < 0 || Posix.Unbroken(() => Poll((int)patience.TotalMilliseconds)) > 0;

    private int Poll(int milliseconds)
    {
        var entry = new Posix.PollEntry { Descriptor = _descriptor, Wanted = Posix.Readable };
        return Posix.Poll(&entry, 1, milliseconds);
    }

    public void Dispose() => Posix.CloseOnce(ref _descriptor);
}
