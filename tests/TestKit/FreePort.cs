using System.Net;
using System.Net.Sockets;

namespace Berth.TestKit;

/// <summary>
/// Finds loopback ports for programs that cannot take port 0. Another may grab one first: start again with new ones then.
/// </summary>
public static class FreePort
{
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
            {
                listener.Start();
            }

            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
            {
                listener.Dispose();
            }
        }
    }
}
