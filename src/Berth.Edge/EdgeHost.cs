using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>What the edge does with requests for one host name.</summary>
public sealed record EdgeHost
{
    /// <summary>Whose host it is. A connection made for one app never reaches another.</summary>
    public required AppName App { get; init; }

    /// <summary>The app's live processes; empty while it is stopped, then visitors get 502.</summary>
    public required ImmutableArray<EdgeTarget> Targets { get; init; }

    /// <summary>Null until the name has one; visitors over HTTPS then see the self-signed fallback.</summary>
    public EdgeCertificate? Certificate { get; init; }

    /// <summary>The doors it answers at; at others it is not known. Default: both main ones.</summary>
    public ImmutableArray<EdgePort> Ports { get; init; } = EdgePort.Main;

    /// <summary>Serves plain HTTP even with a certificate there.</summary>
    public bool KeepsHttp { get; init; }

    /// <summary>The port visitors reach HTTPS at; in redirects it is left out when it is 443.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>
    /// The addresses of this machine it answers on, those of one family not limiting the other; none means all of them.
    /// </summary>
    public ImmutableArray<IPAddress> BoundTo { get; init; } = [];

    /// <summary>The value of <c>Strict-Transport-Security</c> on HTTPS responses (RFC 6797 §6.1); null sends none.</summary>
    public string? StrictTransportSecurity { get; init; }

    /// <summary>What the app is told of the visitor; by default what the edge itself sees.</summary>
    public EdgeForwarding Forwarding { get; init; } = EdgeForwarding.Default;

    /// <summary>
    /// The longest request body, in bytes, with the lines between its chunks; longer ones get 413. Null takes
    /// <see cref="EdgeOptions.MaxRequestBodySize"/>.
    /// </summary>
    public long? MaxRequestBodySize { get; init; }

    /// <summary>How long neither side may send anything; null takes <see cref="EdgeOptions.ActivityTimeout"/>.</summary>
    public TimeSpan? ActivityTimeout { get; init; }

    /// <summary>Where a line is written for each request; null writes none.</summary>
    public LogPlace? AccessLog { get; init; }

    /// <summary>Where a line is written when the app did not answer; null writes none.</summary>
    public LogPlace? ErrorLog { get; init; }

    /// <summary>True when plain HTTP is answered with the way to HTTPS.</summary>
    public bool RedirectsToHttps => Certificate is not null && !KeepsHttp;

    /// <param name="port">The door a visitor came by.</param>
    /// <param name="local">The address of this machine they came to; null when it is not known.</param>
    internal bool Answers(EdgePort port, IPAddress? local) => Ports.Contains(port) && (BoundTo.IsDefaultOrEmpty || IsBoundTo(local));

    private bool IsBoundTo(IPAddress? local)
    {
        if (local is null)
        {
            return true;
        }

        var plain = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        var limited = false;
        foreach (var address in BoundTo)
        {
            if (address.AddressFamily == plain.AddressFamily)
            {
                if (address.Equals(plain) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
                {
                    return true;
                }

                limited = true;
            }
        }

        return !limited || plain.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6);
    }
}
