namespace Berth.TestKit;

/// <summary>How a Pebble behaves.</summary>
public sealed record PebbleSettings
{
    /// <summary>Up to how many seconds each validation takes, at random; 0 for none.</summary>
    public int SlowValidation { get; init; }

    /// <summary>Seconds of Retry-After on authorizations and orders that are not decided (Pebble 2.10).</summary>
    public int RetryAfter { get; init; }

    /// <summary>Where it looks for HTTP-01 answers.</summary>
    public required int HttpPort { get; init; }

    /// <summary>Where it looks for TLS-ALPN-01 answers.</summary>
    public int TlsPort { get; init; } = 1;

    /// <summary>Percent of good nonces it refuses. Pebble's own default: 5.</summary>
    public int NonceReject { get; init; } = 5;

    /// <summary>Percent of authorizations it reuses. Pebble's own default is 50; a test that counts needs none.</summary>
    public int AuthorizationReuse { get; init; }

    public int AlternateRoots { get; init; }

    /// <summary>Intermediates in a chain.</summary>
    public int ChainLength { get; init; } = 1;

    public TimeSpan CertificateValidity { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Key id → base64url HMAC key; any make external account bindings compulsory.</summary>
    public IReadOnlyDictionary<string, string> BindingKeys { get; init; } = new Dictionary<string, string>();

    public bool Strict { get; init; }

    /// <summary>host:port of a DNS server to ask instead of its own; null for its own.</summary>
    public string? DnsServer { get; init; }

    /// <summary>Another Pebble than the installed one, such as <see cref="NewerPebble.Path"/>.</summary>
    public string Program { get; init; } = Environment.GetEnvironmentVariable("BERTH_TEST_PEBBLE") ?? "pebble";

    /// <summary>What comes before Pebble's own words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Profile → validity; for <see cref="NewerPebble"/>, empty for its own default.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Profiles { get; init; } = new Dictionary<string, TimeSpan>();
}
