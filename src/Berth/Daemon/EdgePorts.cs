using System.Net;
using System.Net.Sockets;
using Berth.Edge;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>Which ports the edge takes: what was asked for, else 80 and 443 for root, else 8080 and 8443 or free ones.</summary>
internal static class EdgePorts
{
    public static EdgeOptions Choose(ServeOptions options) => new()
    {
        HttpPort = Port(options.HttpPort, server: 80, otherwise: 8080),
        HttpsPort = Port(options.HttpsPort, server: 443, otherwise: 8443),
    };

    private static int Port(int? asked, int server, int otherwise) => asked switch
    {
        0 => FreeOr(0),
        { } port => port,
        null when CurrentUser.IsRoot && !IsPrivateRoot => server,
        null => FreeOr(otherwise),
    };

    /// <summary>Folders of its own mean a trial beside whatever this machine serves, also when root runs it.</summary>
    private static bool IsPrivateRoot => Environment.GetEnvironmentVariable("DOKKU_ROOT") is { Length: > 0 };

    /// <summary>The port when nobody listens on it, else a free one, chosen now so that the authority can be told of it.</summary>
    private static int FreeOr(int port) => TryBind(port) ?? TryBind(0) ?? port;

    private static int? TryBind(int port)
    {
        try
        {
            using var socket = Socket.OSSupportsIPv6
                ? new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true }
                : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return ((IPEndPoint)socket.LocalEndPoint!).Port;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
