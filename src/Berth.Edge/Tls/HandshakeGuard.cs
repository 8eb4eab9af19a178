using Microsoft.AspNetCore.Connections;

namespace Berth.Edge.Tls;

/// <summary>
/// Stands around TLS: what a stranger's first bytes break in its parser ends their connection and nothing else. The web server would take it for
/// a fault of its own, and write a stack trace for each. Once hands are shaken, nothing of a request comes through here.
/// </summary>
internal static class HandshakeGuard
{
    internal static ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        try
        {
            await next(connection);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The connection is closed when this returns, as after any handshake that comes to nothing.
        }
    };
}
