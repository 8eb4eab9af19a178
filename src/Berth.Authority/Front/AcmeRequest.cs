using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>A POST whose signature, nonce and URL are checked.</summary>
internal sealed record AcmeRequest
{
    internal required Urls Urls { get; init; }

    /// <summary>The URL it was sent to, which is also the one it was signed for.</summary>
    internal required string Url { get; init; }

    /// <summary>The second part of the path: an id. Empty where the route has none.</summary>
    internal required string Id { get; init; }

    /// <summary>The value of <c>cursor</c> in the query, or empty.</summary>
    internal required string Cursor { get; init; }

    /// <summary>Where it came from.</summary>
    internal required System.Net.IPAddress Client { get; init; }

    internal required byte[] Payload { get; init; }

    /// <summary>The key that signed.</summary>
    internal required JwsVerifyingKey Key { get; init; }

    /// <summary>The account that signed; null when the request carries its key itself.</summary>
    internal AccountRecord? SigningAccount { get; init; }

    /// <summary>The account that signed, where the route admits accounts only.</summary>
    internal AccountRecord Account => SigningAccount ?? throw Reject.Malformed("This resource needs a kid.");

    /// <summary>An empty payload: the client only reads (§6.3).</summary>
    internal bool IsPostAsGet => Payload.Length == 0;

    /// <exception cref="Rejection">malformed, when the payload is not the document this resource takes.</exception>
    internal T Read<T>(JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Payload, type) ?? throw Reject.Malformed("The payload is null.");
        }
        catch (JsonException e)
        {
            throw Reject.Malformed($"The payload is not what this resource takes{Where(e)}.");
        }
    }

    internal void RequirePostAsGet()
    {
        if (!IsPostAsGet)
        {
            throw Reject.Malformed("This resource is only read: the payload must be empty (POST-as-GET).");
        }
    }

    private static string Where(JsonException e) => e.Path is { Length: > 1 } path ? $": look at {Kernel.Printable.Of(path, 60)}" : "";
}
