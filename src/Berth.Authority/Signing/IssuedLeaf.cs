using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Storage;

namespace Berth.Authority.Signing;

/// <summary>A leaf fresh from the signer; nobody outside has seen it yet.</summary>
internal sealed record IssuedLeaf
{
    internal required byte[] Der { get; init; }

    internal required DateTimeOffset NotBefore { get; init; }

    internal required DateTimeOffset NotAfter { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    internal required string Serial { get; init; }

    internal required string IssuerId { get; init; }

    /// <summary>DNS names and addresses, for the inventory.</summary>
    internal required ImmutableArray<string> Names { get; init; }

    /// <returns>The caller's to dispose.</returns>
    internal X509Certificate2 Load() => X509CertificateLoader.LoadCertificate(Der);

    internal CertificateRecord ToRecord(string? accountId, string keyHash) => new()
    {
        Serial = Serial,
        AccountId = accountId,
        IssuerId = IssuerId,
        Names = Names,
        Der = Der,
        KeyHash = keyHash,
        NotBefore = NotBefore,
        NotAfter = NotAfter,
    };
}
