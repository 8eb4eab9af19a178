namespace Berth.Edge.Forwarding;

/// <summary>The connections to the apps: a plain pipe that follows, remembers, unpacks and adds nothing.</summary>
internal static class TargetClient
{
    internal static HttpMessageInvoker Create(EdgeOptions options) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = options.TargetKeepAlive,
    });
}
