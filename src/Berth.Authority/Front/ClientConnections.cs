using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Berth.Authority.Front;

/// <summary>Closes what one client address opens beyond its share, before TLS: slow clients hold their own places, not those of others.</summary>
internal sealed class ClientConnections(int most)
{
    private readonly ClientGate _gate = new(most);

    internal ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        var client = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (!_gate.TryEnter(client))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            _gate.Leave(client);
        }
    };
}
