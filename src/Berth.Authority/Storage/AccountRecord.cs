using System.Collections.Immutable;

namespace Berth.Authority.Storage;

internal sealed record AccountRecord
{
    internal required string Id { get; init; }

    /// <summary>RFC 7638 thumbprint of the key, base64url of SHA-256; unique among accounts.</summary>
    internal required string Thumbprint { get; init; }

    /// <summary>The public key as JSON with the members RFC 7638 requires, in its order.</summary>
    internal required string Jwk { get; init; }

    internal required AccountStatus Status { get; init; }

    /// <summary><c>mailto:</c> URLs.</summary>
    internal required ImmutableArray<string> Contacts { get; init; }

    internal required bool TermsAgreed { get; init; }

    internal required DateTimeOffset Created { get; init; }

    /// <summary>The URL of the terms it agreed to last.</summary>
    internal string? Terms { get; init; }

    /// <summary>The id of the key its external account binding was made with (RFC 8555 §7.3.4).</summary>
    internal string? BindingKey { get; init; }

    /// <summary>The binding itself, a JWS.</summary>
    internal string? Binding { get; init; }
}
