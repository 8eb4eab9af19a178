using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;

namespace Berth.Authority.Policy;

/// <summary>What a certificate signing request says, after every check that needs nothing else.</summary>
internal sealed record SigningRequest
{
    internal required PublicKey Key { get; init; }

    /// <summary>DNS names in lower case and addresses, sorted, each once: the common name and the SAN together (RFC 8555 §7.4).</summary>
    internal required ImmutableArray<string> Names { get; init; }

    /// <summary>The key's SubjectPublicKeyInfo, DER.</summary>
    internal required byte[] KeyInfo { get; init; }

    /// <summary>SHA-256 of <see cref="KeyInfo"/>, base64url.</summary>
    internal string KeyHash => HashOf(KeyInfo);

    internal static string HashOf(byte[] keyInfo) => StrictBase64Url.Encode(SHA256.HashData(keyInfo));
}
