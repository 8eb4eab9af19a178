using System.Net.Sockets;

namespace Berth.Kernel;

/// <summary>Why another machine was not reached, in words for people.</summary>
public static class NetworkFault
{
    /// <summary>The system's words, but for DNS: of that they are "Resource temporarily unavailable", which says nothing.</summary>
    public static string Of(Exception cause) => SocketErrorOf(cause) switch
    {
        SocketError.TryAgain => "no DNS answer",
        SocketError.HostNotFound or SocketError.NoData => "DNS does not know this name",
        _ => cause.Message,
    };

    private static SocketError? SocketErrorOf(Exception? cause) => cause switch
    {
        null => null,
        SocketException socket => socket.SocketErrorCode,
        _ => SocketErrorOf(cause.InnerException),
    };
}
