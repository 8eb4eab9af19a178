using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Protocol;

/// <summary>A public key that checks requests. Safe for several threads.</summary>
public sealed class JwsVerifyingKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly Lock _gate = new();

    private JwsVerifyingKey(AsymmetricAlgorithm key, string algorithm, JsonWebKey jwk)
    {
        (_key, Algorithm, Jwk) = (key, algorithm, jwk);
        Thumbprint = jwk.Thumbprint();
    }

    /// <summary>The one algorithm this key checks.</summary>
    public string Algorithm { get; }

    /// <summary>As it was imported.</summary>
    public JsonWebKey Jwk { get; }

    /// <summary>RFC 7638; 43 characters.</summary>
    public string Thumbprint { get; }

    /// <summary>The key itself, for comparing and for weak-key checks; it lives as long as this object.</summary>
    public byte[] ExportSubjectPublicKeyInfo() => _key.ExportSubjectPublicKeyInfo();

    /// <summary>Imports a stranger's key: EC with full-length coordinates on the curve, or RSA of 2048 to 4096 bits.</summary>
    /// <param name="jwk">As it was sent.</param>
    /// <param name="key">The caller disposes it.</param>
    /// <param name="reason">When false: what is wrong, as the end of a sentence.</param>
    public static bool TryImport(
        JsonWebKey jwk, [NotNullWhen(true)] out JwsVerifyingKey? key, [NotNullWhen(false)] out string? reason)
    {
        key = null;
        if (!PublicKeyImport.TryImport(jwk, out var imported, out var algorithm, out reason))
        {
            return false;
        }

        key = new JwsVerifyingKey(imported, algorithm, jwk);
        return true;
    }

    /// <summary>Checks the signature over the message's own text; says nothing about its header's contents.</summary>
    public bool Verify(JwsMessage message)
    {
        if (!StrictBase64Url.TryDecode(message.Signature, out var signature)
            || !StrictBase64Url.IsAlphabet(message.Protected)
            || !(message.Payload.Length == 0 || StrictBase64Url.IsAlphabet(message.Payload)))
        {
            return false;
        }

        return VerifyData(Encoding.ASCII.GetBytes($"{message.Protected}.{message.Payload}"), signature);
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key.Dispose();

    private bool VerifyData(byte[] data, byte[] signature)
    {
        lock (_gate)
        {
            return _key switch
            {
                ECDsa ec => ec.VerifyData(data, signature, KeyDescription.HashOf(Algorithm)),
                RSA rsa => rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                _ => false,
            };
        }
    }
}
