using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Berth.Edge.Forwarding;

/// <summary>Requests that want to become a WebSocket: by Upgrade (RFC 6455 §4.1) or by extended CONNECT (RFC 8441 §4).</summary>
internal static class Upgrade
{
    private const string WebSocket = "websocket";

    internal static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: var protocol }
            ? WebSocket.Equals(protocol, StringComparison.OrdinalIgnoreCase)
            : context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true
                && WebSocket.Equals(context.Request.Headers.Upgrade, StringComparison.OrdinalIgnoreCase);

    /// <summary>A WebSocket is silent for as long as it likes; only <see cref="EdgeOptions.UpgradedIdleTimeout"/> ends it.</summary>
    internal static void AllowSilence(HttpContext context)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
