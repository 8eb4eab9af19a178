using System.Collections.Concurrent;
using System.Net;

namespace Berth.Authority.Front;

/// <summary>Bounds how many requests of one client are worked on at once. Memory follows the open requests, nothing else.</summary>
/// <param name="most">The bound.</param>
internal sealed class ClientGate(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> _open = new();

    /// <returns>False when the client must come back later; otherwise <see cref="Leave"/> follows.</returns>
    internal bool TryEnter(IPAddress client)
    {
        if (_open.AddOrUpdate(Of(client), 1, (_, count) => count + 1) <= most)
        {
            return true;
        }

        Leave(client);
        return false;
    }

    internal void Leave(IPAddress client)
    {
        var count = _open.AddOrUpdate(Of(client), 0, (_, open) => open - 1);
        if (count <= 0)
        {
            _open.TryRemove(new KeyValuePair<IPAddress, int>(Of(client), count));
        }
    }

    // One IPv6 customer has a /64 at the least.
    internal static IPAddress Of(IPAddress client)
    {
        if (client.IsIPv4MappedToIPv6)
        {
            return client.MapToIPv4();
        }

        var bytes = client.GetAddressBytes();
        if (bytes.Length == 16)
        {
            bytes.AsSpan(8).Clear();
        }

        return new IPAddress(bytes);
    }
}
