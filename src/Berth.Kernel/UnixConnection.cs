using System.Runtime.InteropServices;
using System.Text;

namespace Berth.Kernel;

/// <summary>
/// One end of a connected Unix socket whose calls wait. A short-lived program connects with it at a tenth of what the framework's socket
/// costs, which first starts an engine for many sockets and a thread.
/// </summary>
internal sealed unsafe partial class UnixConnection : SafeHandle
{
    /// <summary>EACCES.</summary>
    public const int AccessDenied = 13;

    private const int Interrupted = 4; // EINTR
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int LongestAddress = 107; // of sockaddr_un's 108 bytes one is its final zero

    private UnixConnection(int descriptor)
        : base(-1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle < 0;

    /// <param name="path">Where somebody listens.</param>
    /// <param name="error">The system's error number when there is no connection.</param>
    /// <returns>A connection, or null.</returns>
    public static UnixConnection? TryConnect(string path, out int error)
    {
        const int unix = 1; // AF_UNIX
        const int stream = 1 | Posix.CloseOnExec; // SOCK_STREAM | SOCK_CLOEXEC
        var address = stackalloc byte[2 + LongestAddress + 1];
        new Span<byte>(address, 2 + LongestAddress + 1).Clear();
        *(ushort*)address = unix;
        var length = Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, LongestAddress));
        var connection = new UnixConnection(Open(unix, stream, 0));
        error = connection.IsInvalid || Connect(connection, address, (uint)(2 + length + 1)) != 0 ? Marshal.GetLastPInvokeError() : 0;
        if (error == 0)
        {
            return connection;
        }

        connection.Dispose();
        return null;
    }

    /// <summary>How long each call waits at most; without it for ever.</summary>
    public void SetPatience(TimeSpan patience)
    {
        const int receiving = 20; // SO_RCVTIMEO
        const int sending = 21; // SO_SNDTIMEO
        var time = stackalloc long[2];
        (time[0], time[1]) = ((long)patience.TotalSeconds, patience.Microseconds + (patience.Milliseconds * 1000));
        _ = SetOption(this, SocketLevel, receiving, time, 2 * sizeof(long));
        _ = SetOption(this, SocketLevel, sending, time, 2 * sizeof(long));
    }

    /// <returns>What the kernel says of the other end (unix(7), SO_PEERCRED): process, user and group; null when it does not tell.</returns>
    public (int Process, uint User)? Peer
    {
        get
        {
            const int peerCredentials = 17; // SO_PEERCRED
            var credentials = stackalloc int[3];
            uint size = 3 * sizeof(int);
            return GetOption(this, SocketLevel, peerCredentials, credentials, &size) == 0 ? (credentials[0], (uint)credentials[1]) : null;
        }
    }

    /// <returns>Whether there is something to read, or the other end has gone, within the time.</returns>
    public bool WaitToRead(TimeSpan time)
    {
        var entry = new Posix.PollEntry { Descriptor = (int)handle, Wanted = Posix.Readable };
        return Posix.Poll(&entry, 1, (int)time.TotalMilliseconds) > 0;
    }

    /// <returns>How many bytes came; 0 when the other end has gone or time is up.</returns>
    public int Receive(Span<byte> buffer)
    {
        while (true)
        {
            nint read;
            fixed (byte* start = buffer)
            {
                read = Receive(this, start, (nuint)buffer.Length, 0);
            }

            if (read >= 0 || Marshal.GetLastPInvokeError() != Interrupted)
            {
                return (int)Math.Max(0, read);
            }
        }
    }

    /// <summary>Sends all of it, unless the other end has gone: reading tells.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        const int noSignal = 0x4000; // MSG_NOSIGNAL
        while (!bytes.IsEmpty)
        {
            nint sent;
            fixed (byte* start = bytes)
            {
                sent = Send(this, start, (nuint)bytes.Length, noSignal);
            }

            if (sent < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                return;
            }

            bytes = bytes[(int)Math.Max(0, sent)..];
        }
    }

    /// <summary>Ends both directions; who waits in one of them goes on.</summary>
    public void End()
    {
        const int both = 2; // SHUT_RDWR
        _ = Shutdown(this, both);
    }

    protected override bool ReleaseHandle() => Posix.Close((int)handle) == 0;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    private static partial int Connect(UnixConnection socket, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(UnixConnection socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(UnixConnection socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(UnixConnection socket, int directions);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetOption(UnixConnection socket, int level, int name, void* value, uint size);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(UnixConnection socket, int level, int name, void* value, uint* size);
}
