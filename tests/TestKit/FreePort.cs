using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Berth.TestKit;

/// <summary>Finds loopback ports that nobody uses.</summary>
public static class FreePort
{
    // Below the range the kernel takes for port 0 and for outgoing connections: what is free here stays free.
    private const int First = 20_000;
    private const int End = 32_000;
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port free on IPv4 and IPv6 a moment ago, and given to nobody else here, for a program that must be told one; prefer binding to port 0.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            try
            {
                using var four = new TcpListener(IPAddress.Any, port);
                four.Start();
                using var six = new TcpListener(IPAddress.IPv6Loopback, port);
                six.Start();
                if (Given.TryAdd(port, true))
                {
                    return port;
                }
            }
            catch (SocketException)
            {
                // Taken; another one then.
            }
        }
    }
}
