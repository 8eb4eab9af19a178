namespace Berth.Kernel;

/// <summary>The end of a process that is not this one's child: all its files are closed then (pidfd_open(2), poll(2)).</summary>
/// <param name="process">Its id; from now on it is known to mean this process, whoever has the id later.</param>
internal sealed unsafe class ProcessEnd(int process) : IDisposable
{
    private readonly int _descriptor = Posix.OpenPidfd(process);

    /// <returns>False when it lives longer.</returns>
    public bool ComesWithin(TimeSpan patience)
    {
        var entry = new Posix.PollEntry { Descriptor = _descriptor, Wanted = Posix.Readable };

        // One that could not be opened had ended.
        return _descriptor < 0 || Posix.Poll(&entry, 1, (int)patience.TotalMilliseconds) > 0;
    }

    public void Dispose() => _ = Posix.Close(_descriptor);
}
