using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Berth.TestKit;

/// <summary>Finds loopback ports that nobody uses.</summary>
public static class FreePort
{
    // Below those that Berth gives to apps (20000 …) and those that the kernel takes for port 0 and for outgoing connections (32768 …): what is
    // free here stays free.
    private const int First = 10_000;
    private const int End = 20_000;
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port free on IPv4 and IPv6 a moment ago, and given to nobody else here, for a program that must be told one; prefer binding to port 0.</summary>
    public static int Next()
    {
        while (true)
        {
            // Given before it is looked at: a look takes the port for a moment, in which whoever was given it may need it.
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (!Given.TryAdd(port, true))
            {
                continue;
            }

            try
            {
                using var four = new TcpListener(IPAddress.Any, port);
                four.Start();
                using var six = new TcpListener(IPAddress.IPv6Loopback, port);
                six.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's; another one then.
            }
        }
    }
}
