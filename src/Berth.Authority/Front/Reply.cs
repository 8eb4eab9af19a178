using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Acme.Protocol;

namespace Berth.Authority.Front;

/// <summary>An answer, before it is written.</summary>
internal sealed record Reply
{
    internal int Status { get; init; } = 200;

    internal string? ContentType { get; init; }

    internal ReadOnlyMemory<byte> Body { get; init; }

    internal string? Location { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>Values of <c>Link</c>, without the index, which every answer gets.</summary>
    internal ImmutableArray<string> Links { get; init; } = [];

    /// <summary>Value of <c>Cache-Control</c>.</summary>
    internal string CacheControl { get; init; } = "no-store";

    /// <summary>True where a nonce belongs: on every answer to a POST, and on newNonce (RFC 8555 §6.5).</summary>
    internal bool WantsNonce { get; init; }

    internal static Reply Json<T>(T document, JsonTypeInfo<T> type, int status = 200) => new()
    {
        Status = status,
        ContentType = "application/json",
        Body = JsonSerializer.SerializeToUtf8Bytes(document, type),
    };

    internal static Reply Text(string contentType, string text) =>
        new() { ContentType = contentType, Body = Encoding.ASCII.GetBytes(text) };

    internal static Reply Of(Rejection rejection) => new()
    {
        Status = rejection.Document.Status ?? 500,
        ContentType = ProblemDocument.ContentType,
        Body = JsonSerializer.SerializeToUtf8Bytes(rejection.Document, AcmeJson.Default.ProblemDocument),
        RetryAfter = rejection.RetryAfter,
        Location = rejection.Location,
        Links = rejection.Link is { } link ? [Link(link.Url, link.Relation)] : [],
    };

    /// <summary>A link as in <c>&lt;https://…&gt;;rel="up"</c> (RFC 8288 §3).</summary>
    internal static string Link(string url, string relation) => $"<{url}>;rel=\"{relation}\"";
}
