using Berth.Acme.Protocol;

namespace Berth.Authority;

/// <summary>A client's request is refused: carries the problem document from where the fault is found to the front.</summary>
internal sealed class Rejection(ProblemDocument document) : Exception(document.Detail)
{
    internal ProblemDocument Document { get; } = document;

    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>The account in the way, for a key change that is refused (RFC 8555 §7.3.5).</summary>
    internal string? Location { get; init; }

    /// <summary>A link to what the client must look at.</summary>
    internal (string Url, string Relation)? Link { get; init; }
}
