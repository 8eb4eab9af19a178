using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Acme.Accounts;

/// <summary>Credentials that tie a new account to a customer of the CA (RFC 8555 §7.3.4).</summary>
/// <param name="KeyId">The key's name, as the CA gave it.</param>
/// <param name="HmacKey">base64url, padding allowed: a secret.</param>
public sealed record ExternalAccountBinding(string KeyId, string HmacKey)
{
    /// <summary>Whether it goes only to a server that says that it takes no account without one. Default: false.</summary>
    public bool OnlyWhereRequired { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"ExternalAccountBinding {{ KeyId = {KeyId} }}";

    /// <summary>Whether the key is base64url.</summary>
    internal bool IsReadable => Decode() is not null;

    /// <exception cref="Kernel.ProblemException"><see cref="AcmeProblems.BindingInvalid"/>: the key is no base64url.</exception>
    internal JwsMessage Bind(JsonWebKey accountKey, string newAccountUrl)
    {
        var secret = Decode() ?? throw AcmeProblems.BadBinding(KeyId).AsException();
        var header = new JwsHeader { Alg = JwsAlgorithm.Hs256, Kid = KeyId, Url = newAccountUrl };
        var protectedHeader = StrictBase64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(header, AcmeJson.Default.JwsHeader));
        var payload = StrictBase64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(accountKey, AcmeJson.Default.JsonWebKey));
        var mac = HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes($"{protectedHeader}.{payload}"));
        return new JwsMessage { Protected = protectedHeader, Payload = payload, Signature = StrictBase64Url.Encode(mac) };
    }

    private byte[]? Decode() => StrictBase64Url.TryDecode(HmacKey.Trim().TrimEnd('='), out var secret) && secret.Length > 0 ? secret : null;
}
