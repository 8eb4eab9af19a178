using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Unicode;

namespace Berth.Acme.Protocol;

/// <summary>
/// A private key that signs requests: an account's, or a certificate's for its own revocation. Safe for several threads.
/// </summary>
public sealed class JwsSigningKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;
    private readonly Lock _gate = new();

    private JwsSigningKey(AsymmetricAlgorithm key)
    {
        _key = key;
        (Algorithm, PublicKey) = KeyDescription.Of(key);
        Thumbprint = PublicKey.Thumbprint();
    }

    /// <summary>ES256, ES384 or RS256, by the key.</summary>
    public string Algorithm { get; }

    /// <summary>Its public half.</summary>
    public JsonWebKey PublicKey { get; }

    /// <summary>RFC 7638; 43 characters.</summary>
    public string Thumbprint { get; }

    /// <summary>Makes a key.</summary>
    public static JwsSigningKey Generate(KeyType type = KeyType.P256) => new(KeyPair.Generate(type));

    /// <param name="pem">PKCS #8, SEC 1 or PKCS #1, unencrypted.</param>
    /// <exception cref="CryptographicException">No P-256, P-384 or RSA private key of 2048 to 4096 bits.</exception>
    public static JwsSigningKey FromPem(string pem) => new(KeyPair.FromPem(pem));

    /// <returns>PKCS #8 PEM: a secret.</returns>
    public string ExportPem() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>Signs a body; the header's <c>alg</c> must be <see cref="Algorithm"/>.</summary>
    public JwsMessage Sign(JwsHeader header, ReadOnlySpan<byte> payload)
    {
        var protectedHeader = StrictBase64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(header, AcmeJson.Default.JwsHeader));
        var body = StrictBase64Url.Encode(payload);
        var signed = new byte[protectedHeader.Length + 1 + body.Length];
        Utf8.TryWrite(signed, $"{protectedHeader}.{body}", out _);
        var signature = SignData(signed);
        return new JwsMessage { Protected = protectedHeader, Payload = body, Signature = StrictBase64Url.Encode(signature) };
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _key.Dispose();

    // The platform's key objects promise nothing to two threads at once.
    private byte[] SignData(byte[] data)
    {
        lock (_gate)
        {
            return _key switch
            {
                ECDsa ec => ec.SignData(data, KeyDescription.HashOf(Algorithm)),
                RSA rsa => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                _ => throw new InvalidOperationException("An unknown kind of key."),
            };
        }
    }
}
