using System.Net;
using System.Net.Sockets;

namespace Berth.TestKit;

/// <summary>Finds loopback ports that nobody uses.</summary>
public static class FreePort
{
    /// <summary>A port free on IPv4 and IPv6 a moment ago, for a program that must be told one; prefer binding to port 0.</summary>
    public static int Next()
    {
        while (true)
        {
            using var four = new TcpListener(IPAddress.Loopback, 0);
            four.Start();
            var port = ((IPEndPoint)four.LocalEndpoint).Port;
            try
            {
                using var six = new TcpListener(IPAddress.IPv6Loopback, port);
                six.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken on IPv6; another one then.
            }
        }
    }
}
