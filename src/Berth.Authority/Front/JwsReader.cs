using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Authority.Front;

/// <summary>Takes a JWS apart by the rules of RFC 8555 §6.2 that need no state.</summary>
internal static class JwsReader
{
    /// <param name="json">A request's body, or the payload of a key change.</param>
    /// <param name="what">For the message: <c>request body</c>.</param>
    internal static (JwsMessage Message, JwsHeader Header, byte[] Payload) Read(ReadOnlySpan<byte> json, string what)
    {
        var message = Parse(json, AcmeJson.Default.JwsMessage, $"The {what} is not a JWS in flattened JSON serialization.");
        var (header, payload) = Open(message);
        CheckAlgorithm(header);
        return (message, header, payload);
    }

    /// <summary>The parts of a JWS of any algorithm; nothing about them is checked.</summary>
    internal static (JwsHeader Header, byte[] Payload) Open(JwsMessage message)
    {
        if (!message.IsFlattened)
        {
            throw Reject.Malformed("A JWS here has one signature and no unprotected header.");
        }

        if (!StrictBase64Url.TryDecode(message.Protected, out var headerJson)
            || !StrictBase64Url.TryDecode(message.Payload, out var payload)
            || !StrictBase64Url.TryDecode(message.Signature, out _))
        {
            throw Reject.Malformed("The parts of a JWS are base64url without padding.");
        }

        var header = Parse(headerJson, AcmeJson.Default.JwsHeader, "The protected header is not a JSON object with the members ACME needs.");
        return (header, payload);
    }

    private static void CheckAlgorithm(JwsHeader header)
    {
        if (!JwsAlgorithm.Signatures.Contains(header.Alg))
        {
            throw Reject.BadSignatureAlgorithm(
                $"The algorithm '{Kernel.Printable.Of(header.Alg, 20)}' is not accepted; see the list in 'algorithms'.");
        }

        if (header.Crit is not null)
        {
            throw Reject.Malformed("The protected header has 'crit', but no extension is understood here (RFC 7515 §4.1.11).");
        }

        if (header.Kid is null == header.Jwk is null)
        {
            throw Reject.Malformed("The protected header has exactly one of 'kid' and 'jwk'.");
        }
    }

    internal static T Parse<T>(
        ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string otherwise)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw Reject.Malformed(otherwise);
        }
        catch (JsonException)
        {
            throw Reject.Malformed(otherwise);
        }
    }
}
