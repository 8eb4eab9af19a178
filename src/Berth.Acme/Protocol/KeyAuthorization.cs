using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Protocol;

/// <summary>What answers a challenge, and the forms it takes by challenge type.</summary>
public static class KeyAuthorization
{
    /// <summary>Where HTTP-01 looks for the answer (RFC 8555 §8.3); the token follows.</summary>
    public const string Http01Path = "/.well-known/acme-challenge/";

    private const int LongestToken = 256;
    private const int ShortestToken = 22; // 128 bits, RFC 8555 §8

    /// <summary>True for what may become part of a path or a file name: 22 to 256 base64url characters.</summary>
    public static bool IsToken(string? token) =>
        token is { Length: >= ShortestToken and <= LongestToken } && StrictBase64Url.IsAlphabet(token);

    /// <summary>Computes a key authorization (RFC 8555 §8.1).</summary>
    /// <param name="token">As the CA sent it; see <see cref="IsToken"/>.</param>
    /// <param name="thumbprint">The account key's, see <see cref="JsonWebKey.Thumbprint"/>.</param>
    /// <returns>ASCII <c>token.thumbprint</c>; the second part has 43 characters.</returns>
    public static string Of(string token, string thumbprint) => $"{token}.{thumbprint}";

    /// <summary>The value of the TXT record at <c>_acme-challenge.name</c> (RFC 8555 §8.4).</summary>
    /// <returns>43 characters of base64url.</returns>
    public static string Dns01Value(string keyAuthorization) => StrictBase64Url.Encode(Digest(keyAuthorization));

    /// <summary>The SHA-256 digest: the payload of id-pe-acmeIdentifier (RFC 8737 §3).</summary>
    /// <returns>32 bytes.</returns>
    public static byte[] Digest(string keyAuthorization) => SHA256.HashData(Encoding.ASCII.GetBytes(keyAuthorization));
}
