using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>Who signs a request.</summary>
/// <param name="Key">The private key.</param>
/// <param name="AccountUrl">Named as <c>kid</c>; null sends the public key itself (RFC 8555 §6.2).</param>
internal sealed record Signer(JwsSigningKey Key, string? AccountUrl)
{
    internal JwsMessage Sign(string url, string nonce, ReadOnlySpan<byte> payload) => Key.Sign(
        new JwsHeader
        {
            Alg = Key.Algorithm,
            Kid = AccountUrl,
            Jwk = AccountUrl is null ? Key.PublicKey : null,
            Nonce = nonce,
            Url = url,
        },
        payload);
}
