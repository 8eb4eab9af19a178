namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>How mail is handed over.</summary>
internal sealed record SmtpSettings
{
    internal required SmtpEndpoint Server { get; init; }

    /// <summary><c>starttls</c> (RFC 3207), <c>tls</c> from the first byte (RFC 8314), or <c>none</c>.</summary>
    internal required string Tls { get; init; }

    internal required string From { get; init; }

    internal required IReadOnlyList<string> To { get; init; }

    internal string? User { get; init; }

    /// <summary>A secret.</summary>
    internal string? Password { get; init; }

    /// <summary>A PEM file with the roots the server's certificate may chain to; null for the system's.</summary>
    internal string? TrustFile { get; init; }

    public override string ToString() => $"{Server.Host}:{Server.Port}";
}
