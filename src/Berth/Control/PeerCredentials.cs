using System.Buffers.Binary;
using System.Net.Sockets;

namespace Berth.Control;

/// <summary>Who is at the other end of a Unix socket, as the kernel tells it (unix(7), SO_PEERCRED).</summary>
/// <param name="Process">Its process id.</param>
/// <param name="User">The account it acted as when it connected, or began to listen.</param>
internal readonly record struct PeerCredentials(int Process, uint User)
{
    /// <exception cref="SocketException">The kernel does not tell.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        const int socketLevel = 1; // SOL_SOCKET
        const int peerCredentials = 17; // SO_PEERCRED: pid, uid, gid
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(socketLevel, peerCredentials, credentials);
        return new PeerCredentials(BinaryPrimitives.ReadInt32LittleEndian(credentials), BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]));
    }
}
