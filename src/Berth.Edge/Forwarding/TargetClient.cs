using System.Net;
using System.Text;

namespace Berth.Edge.Forwarding;

/// <summary>The connections to the apps: a plain pipe that follows, remembers, unpacks and adds nothing.</summary>
internal static class TargetClient
{
    internal static HttpMessageInvoker Create(EdgeOptions options) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = options.TargetKeepAlive,

        // Header values pass byte for byte, whatever encoding the app writes them in (RFC 9110 §5.5, obs-text); the web
        // server reads and writes them the same way.
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = (_, _) => Encoding.Latin1,
    });
}
