using System.Collections.Immutable;
using System.Net;

namespace Berth.Edge;

/// <summary>How the edge listens and what it lets a stranger do. Fixed for an edge's lifetime.</summary>
public sealed record EdgeOptions
{
    /// <summary>The addresses to listen on; none means all of this machine, IPv4 and IPv6.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>The port of plain HTTP; 0 takes a free one.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>The port of HTTPS; 0 takes a free one.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>Proxies whose <c>X-Forwarded-*</c> and <c>Forwarded</c> headers are believed and continued.</summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How many certificates stay loaded, about 9 KB each; the longest unused go first.</summary>
    public int LoadedCertificates { get; init; } = 1000;

    /// <summary>How long a certificate that cannot be loaded is left alone before the next try. Default 5 s.</summary>
    public TimeSpan CertificateRetry { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long neither visitor nor app may send anything before the request ends. Default 60 s.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The same for WebSockets and other upgraded connections, which are idle by nature. Default 1 h.</summary>
    public TimeSpan UpgradedIdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long an app may take to accept a connection. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a connection to an app is kept for the next request. Default 4 s: below the 5 s after which Node.js closes
    /// idle connections, so that no request goes out on one that is just being closed.
    /// </summary>
    public TimeSpan TargetKeepAlive { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a visitor's connection may wait for its next request. Default 75 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>How long a visitor may take to send a request's headers. Default 15 s.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a TLS handshake may take. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long requests under way may go on when the edge stops. Default 10 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest request body, in bytes; null for any length. Bodies are streamed, never collected.</summary>
    public long? MaxRequestBodySize { get; init; }

    /// <summary>The most connections at one time; null for as many as the process may have files for.</summary>
    public long? MaxConnections { get; init; }

    /// <summary>The longest request line, in bytes. Default 16 KiB.</summary>
    public int MaxRequestLine { get; init; } = 16 * 1024;

    /// <summary>The most header bytes of one request. Default 32 KiB.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;

    /// <summary>The most header lines of one request. Default 100.</summary>
    public int MaxHeaderCount { get; init; } = 100;

    /// <summary>The most requests at one time on one HTTP/2 connection. Default 100.</summary>
    public int MaxStreamsPerConnection { get; init; } = 100;

    /// <summary>Every fault of these options, a sentence each; empty when they can be used.</summary>
    public ImmutableArray<string> Faults() =>
    [
        .. Port(HttpPort, nameof(HttpPort)),
        .. Port(HttpsPort, nameof(HttpsPort)),
        .. Different(),
        .. AtLeast(LoadedCertificates, 1, nameof(LoadedCertificates)),
        .. AtLeast(MaxRequestBodySize ?? 0, 0, nameof(MaxRequestBodySize)),
        .. AtLeast(MaxConnections ?? 1, 1, nameof(MaxConnections)),
        .. AtLeast(MaxRequestLine, 128, nameof(MaxRequestLine)),
        .. AtLeast(MaxHeaderBytes, 1024, nameof(MaxHeaderBytes)),
        .. AtLeast(MaxHeaderCount, 10, nameof(MaxHeaderCount)),
        .. AtLeast(MaxStreamsPerConnection, 1, nameof(MaxStreamsPerConnection)),
        .. Positive(ActivityTimeout, nameof(ActivityTimeout)),
        .. Positive(UpgradedIdleTimeout, nameof(UpgradedIdleTimeout)),
        .. Positive(ConnectTimeout, nameof(ConnectTimeout)),
        .. Positive(TargetKeepAlive, nameof(TargetKeepAlive)),
        .. Positive(KeepAliveTimeout, nameof(KeepAliveTimeout)),
        .. Positive(HeadersTimeout, nameof(HeadersTimeout)),
        .. Positive(HandshakeTimeout, nameof(HandshakeTimeout)),
        .. Positive(StopTimeout, nameof(StopTimeout)),
        .. Positive(CertificateRetry, nameof(CertificateRetry)),
    ];

    private static IEnumerable<string> Port(int value, string name) =>
        value is >= 0 and <= 65535 ? [] : [$"{name} is {value}; a port is 0 to 65535."];

    private IEnumerable<string> Different() =>
        HttpPort != HttpsPort || HttpPort == 0 ? [] : [$"{nameof(HttpPort)} and {nameof(HttpsPort)} are both {HttpPort}."];

    private static IEnumerable<string> AtLeast(long value, long least, string name) =>
        value >= least ? [] : [$"{name} is {value}; it must be at least {least}."];

    private static IEnumerable<string> Positive(TimeSpan value, string name) =>
        value > TimeSpan.Zero && value <= TimeSpan.FromDays(1)
            ? []
            : [$"{name} is {value}; it must be more than nothing and at most a day."];
}
