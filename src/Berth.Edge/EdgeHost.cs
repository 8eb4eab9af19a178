using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Edge;

/// <summary>What the edge does with requests for one host name.</summary>
public sealed record EdgeHost
{
    /// <summary>Whose host it is. A connection made for one app never reaches another.</summary>
    public required AppName App { get; init; }

    /// <summary>The app's live processes; empty while it is stopped, then visitors get 503.</summary>
    public required ImmutableArray<EdgeTarget> Targets { get; init; }

    /// <summary>Null until the name has one; visitors over HTTPS then see the self-signed fallback.</summary>
    public EdgeCertificate? Certificate { get; init; }

    /// <summary>Serves plain HTTP even with a certificate there.</summary>
    public bool KeepsHttp { get; init; }

    /// <summary>The port visitors reach HTTPS at; in redirects it is left out when it is 443.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>The value of <c>Strict-Transport-Security</c> on HTTPS responses (RFC 6797 §6.1); null sends none.</summary>
    public string? StrictTransportSecurity { get; init; }

    /// <summary>The longest request body, in bytes; longer ones get 413. Null takes <see cref="EdgeOptions.MaxRequestBodySize"/>.</summary>
    public long? MaxRequestBodySize { get; init; }

    /// <summary>How long neither side may send anything; null takes <see cref="EdgeOptions.ActivityTimeout"/>.</summary>
    public TimeSpan? ActivityTimeout { get; init; }

    /// <summary>True when plain HTTP is answered with the way to HTTPS.</summary>
    public bool RedirectsToHttps => Certificate is not null && !KeepsHttp;
}
