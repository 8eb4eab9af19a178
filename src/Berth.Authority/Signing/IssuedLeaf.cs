using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>A leaf fresh from the signer; nobody outside has seen it yet.</summary>
internal sealed record IssuedLeaf
{
    internal required X509Certificate2 Certificate { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    internal required string Serial { get; init; }

    internal required string IssuerId { get; init; }
}
