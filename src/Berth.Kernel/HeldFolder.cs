using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Berth.Kernel;

/// <summary>
/// An open folder. What is done through <see cref="Path"/> meets this very folder, wherever its name leads meanwhile: whoever may
/// replace a folder by a link cannot send a daemon that is root elsewhere between a look and a write.
/// </summary>
public sealed class HeldFolder : IDisposable
{
    private const int Listing = Posix.ReadOnly | Posix.CloseOnExec;
    private const int Exists = 17; // EEXIST
    private readonly bool _canSync;
    private readonly bool _isLinkless;
    private FileOwner? _heir;
    private bool _knowsHeir;
    private int _descriptor;

    private HeldFolder(string name, int descriptor, bool canSync, bool isLinkless = false) =>
        (Name, _descriptor, _canSync, _isLinkless) = (name, descriptor, canSync, isLinkless);

    /// <summary>The path it was opened by, for messages.</summary>
    public string Name { get; }

    /// <summary>A short path that means this folder while it is held.</summary>
    public string Path => string.Create(null, $"/proc/self/fd/{Descriptor}");

    /// <summary>Where it lies in truth: no link in it.</summary>
    public string RealPath => _isLinkless ? Name : new FileInfo(Path).LinkTarget ?? Name;

    internal int Descriptor => _descriptor;

    /// <returns>The folder, or null when there is nothing by that name.</returns>
    /// <exception cref="IOException">It is no folder, or the system refuses.</exception>
    public static HeldFolder? TryOpen(string path) => TryOpen(path, TryFollow);

    private static HeldFolder? TryOpen(string path, Func<string, HeldFolder?> otherwise) =>
        LinklessPath.Open(path, Listing | Posix.FolderOnly) switch
        {
            LinklessPath.Absent => null,
            LinklessPath.Untold => otherwise(path),
            var descriptor => new HeldFolder(path, descriptor, canSync: true, isLinkless: true),
        };

    private static HeldFolder? TryFollow(string path)
    {
        var descriptor = Posix.Open(path, Listing | Posix.FolderOnly);
        if (descriptor >= 0)
        {
            return new HeldFolder(path, descriptor, canSync: true);
        }

        if (SystemFault.LastIsDenied && Posix.Open(path, Posix.PathOnly | Posix.CloseOnExec | Posix.FolderOnly) is >= 0 and var closed)
        {
            // It may be entered and not be listed; what lies in it can be used all the same.
            return new HeldFolder(path, closed, canSync: false);
        }

        return Marshal.GetLastPInvokeError() == SystemFault.NoSuchEntry ? null : throw SystemFault.Last(path);
    }

    /// <summary>
    /// Opens a folder by a path that another account may have put a link into. As root no link is followed but one that only root can have
    /// put where it is (docs/decisions/0015); otherwise the kernel judges by rights.
    /// </summary>
    /// <returns>The folder, or null when there is nothing by that name.</returns>
    /// <exception cref="StrayLinkException">Somebody else's link lies in the path.</exception>
    /// <exception cref="IOException">It is no folder, or the system refuses.</exception>
    public static HeldFolder? TryOpenStraight(string path) =>
        CurrentUser.IsRoot ? TryOpen(System.IO.Path.GetFullPath(path), TryWalk) : TryOpen(path);

    private static HeldFolder? TryWalk(string path) =>
        StraightPath.OpenFolder(path) is >= 0 and var descriptor ? new HeldFolder(path, descriptor, canSync: true) : null;

    /// <inheritdoc cref="TryOpenStraight"/>
    /// <returns>The folder.</returns>
    public static HeldFolder OpenStraight(string path) =>
        TryOpenStraight(path) ?? throw new FileNotFoundException($"{Printable.Of(path)} is not there");

    /// <exception cref="IOException">There is no such folder, or the system refuses.</exception>
    public static HeldFolder Open(string path) => TryOpen(path) ?? throw new FileNotFoundException($"{Printable.Of(path)} is not there");

    /// <summary>Opens a plain file in this folder to read it; as root never through a link.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="IOException">It is a link or no plain file, or the system refuses.</exception>
    public SafeFileHandle? TryRead(string name) => TryOpenPlain(name, Posix.ReadOnly, 0);

    /// <summary>Opens a plain file in this folder, made when missing with this one's owner; as root never through a link.
    /// What is written goes to its end.</summary>
    /// <inheritdoc cref="TryRead(string)" path="/exception"/>
    public SafeFileHandle Append(string name, UnixFileMode mode)
    {
        const int flags = Posix.WriteOnly | Posix.Append;
        if (TryOpenPlain(name, flags, mode) is { } there)
        {
            return there;
        }

        var made = TryOpenPlain(name, flags | Posix.Create, mode)!;
        GiveOwner((int)made.DangerousGetHandle());
        return made;
    }

    /// <summary>Opens a plain file in this folder that is there, to read and change it; as root never through a link.</summary>
    /// <inheritdoc cref="TryRead(string)"/>
    public SafeFileHandle? TryChange(string name) => TryOpenPlain(name, Posix.ReadWrite, 0);

    /// <summary>Renames what lies in this folder, a link itself and not what it leads to.</summary>
    /// <returns>False when there is nothing to rename.</returns>
    /// <exception cref="IOException">The system's own words.</exception>
    public bool Rename(string from, string to) => Posix.RenameAt(Descriptor, Terminated(from), Descriptor, Terminated(to));

    /// <summary>Opens a folder in this one; never through a link.</summary>
    internal HeldFolder Enter(byte[] name)
    {
        var path = $"{Name}/{SystemFault.Text(name)}";
        var descriptor = Posix.OpenAt(Descriptor, name, Listing | Posix.FolderOnly | Posix.NoFollow);
        return descriptor >= 0 ? new HeldFolder(path, descriptor, canSync: true) : throw SystemFault.Last(path);
    }

    private SafeFileHandle? TryOpenPlain(string name, int flags, UnixFileMode mode)
    {
        const int always = Posix.CloseOnExec | Posix.NonBlocking | Posix.NoTerminal;
        var path = $"{Name}/{name}";
        var descriptor = Posix.OpenAt(Descriptor, Terminated(name), flags | always | (CurrentUser.IsRoot ? Posix.NoFollow : 0), (uint)mode);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError() switch
            {
                SystemFault.NoSuchEntry => null,
                SystemFault.TooManyLinks => throw new StrayLinkException(path),
                _ => throw SystemFault.Last(path),
            };
        }

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Posix.StatusOf(descriptor).IsPlain)
        {
            return file;
        }

        file.Dispose();
        throw new IOException($"{Printable.Of(path)} is not a plain file");
    }

    /// <summary>Makes a folder in this one with this mode and this one's owner; one that is there keeps both.</summary>
    internal HeldFolder Make(string name, UnixFileMode mode)
    {
        var bytes = Terminated(name);
        var isNew = Posix.MakeFolder(Descriptor, bytes, (uint)mode) == 0;
        if (!isNew && Marshal.GetLastPInvokeError() != Exists)
        {
            throw SystemFault.Last($"{Name}/{name}");
        }

        var made = Enter(bytes);
        if (isNew)
        {
            // The umask narrows what a group should read; the mode asked for is the mode given.
            _ = Posix.ChangeMode(made.Descriptor, (uint)mode);
            GiveOwner(made.Descriptor);
        }

        return made;
    }

    /// <summary>Gives an open file this folder's owner when this process may (it is root); otherwise does nothing.</summary>
    internal void GiveOwner(int descriptor)
    {
        if (Heir is { } owner)
        {
            _ = Posix.ChangeOwner(descriptor, owner.User, owner.Group);
        }
    }

    /// <summary>Gives what lies in this folder its owner, a link itself; likewise.</summary>
    public void GiveOwner(string name) => GiveOwner(Terminated(name));

    internal void GiveOwner(byte[] name)
    {
        if (Heir is { } owner)
        {
            Posix.ChangeOwnerOf(Descriptor, name, owner);
        }
    }

    /// <summary>Makes what was renamed in this folder survive a power cut.</summary>
    /// <exception cref="IOException">The disk did not take it. File systems that know no such thing are no failure.</exception>
    public void Sync()
    {
        if (_canSync && !Posix.SyncToDisk(Descriptor))
        {
            throw SystemFault.Last(Name);
        }
    }

    internal static byte[] Terminated(string name)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(name) + 1];
        Encoding.UTF8.GetBytes(name, bytes);
        return bytes;
    }

    public void Dispose() => Posix.CloseOnce(ref _descriptor);

    /// <summary>Who gets what root makes in this folder; null when that is nobody but this process's own account.</summary>
    private FileOwner? Heir
    {
        get
        {
            if (!_knowsHeir && CurrentUser.IsRoot && Posix.StatusOf(Descriptor) is var status && (status.User, status.Group) != (0, 0))
            {
                _heir = new FileOwner(status.User, status.Group);
            }

            _knowsHeir = true;
            return _heir;
        }
    }
}
