namespace Berth.Kernel;

/// <summary>
/// A new file or link beside the one it is to replace; disposed before it took that place, it leaves nothing. Everything goes through the open
/// folder, by short names: a certificate is a dozen files, and a stream or a path for each costs as much as writing it.
/// </summary>
internal sealed class TemporaryFile(HeldFolder folder, string name) : IDisposable
{
    private const int New = Posix.WriteOnly | Posix.CreateNew | Posix.CloseOnExec;

    // Random once for this process, and counted in it: no two are alike, not in one folder of two processes either.
    private static readonly string Process = Guid.NewGuid().ToString("N")[..16];
    private static long _made;

    // For whoever looks into the folder; a name may be as long as one can be.
    private const int LongestHint = 40;

    private readonly byte[] _own = HeldFolder.Terminated(string.Create(null, $".{name.AsSpan(0, Math.Min(name.Length, LongestHint))}.{Process}{Interlocked.Increment(ref _made):x}{AtomicFile.TemporaryEnding}"));
    private int _descriptor = -1;
    private bool _isThere;

    private string Place => $"{folder.Name}/{name}";

    /// <exception cref="IOException">The system's own words.</exception>
    public void Create(ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        _descriptor = Checked(Posix.Unbroken(() => Posix.OpenAt(folder.Descriptor, _own, New, (uint)mode)));
        _isThere = true;

        // The umask narrows what a group should read, if nothing of the owner's; the mode asked for is the mode given.
        if ((mode & ~AtomicFile.Private) != 0)
        {
            Checked(Posix.Unbroken(() => Posix.ChangeMode(_descriptor, (uint)mode)));
        }

        folder.GiveOwner(_descriptor);
        Posix.Write(_descriptor, content);
    }

    /// <inheritdoc cref="Create" path="/exception"/>
    public void CreateLink(string target)
    {
        Checked(Posix.MakeLink(target, folder.Descriptor, _own));
        _isThere = true;
        folder.GiveOwner(_own);
    }

    /// <summary>Sends the content on its way to the disk without waiting.</summary>
    public void StartWriting()
    {
        if (_descriptor >= 0)
        {
            Posix.StartWriting(_descriptor);
        }
    }

    /// <summary>Waits for the disk; a link's is its folder's affair.</summary>
    /// <inheritdoc cref="Create" path="/exception"/>
    public void Sync()
    {
        if (_descriptor >= 0 && !Posix.SyncToDisk(_descriptor))
        {
            throw SystemFault.Last(Place);
        }
    }

    /// <inheritdoc cref="Create" path="/exception"/>
    public void TakePlace()
    {
        if (!Posix.RenameAt(folder.Descriptor, _own, folder.Descriptor, HeldFolder.Terminated(name)))
        {
            throw SystemFault.Last(Place);
        }

        _isThere = false;
    }

    public void Dispose()
    {
        Posix.CloseOnce(ref _descriptor);
        if (_isThere)
        {
            _isThere = false;
            DeleteQuietly();
        }
    }

    private void DeleteQuietly()
    {
        try
        {
            Posix.RemoveFile(folder.Descriptor, _own);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report.
        }
    }

    private int Checked(int result) => result >= 0 ? result : throw SystemFault.Last(Place);
}
