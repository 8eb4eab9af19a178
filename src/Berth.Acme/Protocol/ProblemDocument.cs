using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>An error as a server says it (RFC 7807 §3.1, RFC 8555 §6.7).</summary>
public sealed record ProblemDocument : IJsonOnDeserialized
{
    /// <summary>The media type of errors.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>One of <see cref="AcmeError"/>, or any URI; absent means <c>about:blank</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The type in words.</summary>
    public string? Title { get; init; }

    /// <summary>What went wrong this time, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>The HTTP status the server chose.</summary>
    public int? Status { get; init; }

    /// <summary>With userActionRequired: the URL a person must visit (§7.3.3).</summary>
    public string? Instance { get; init; }

    /// <summary>In a subproblem: the identifier it is about (§6.7.1).</summary>
    public Identifier? Identifier { get; init; }

    /// <summary>One for each identifier, where several failed (§6.7.1).</summary>
    public IReadOnlyList<ProblemDocument>? Subproblems { get; init; }

    /// <summary>With badSignatureAlgorithm: the algorithms the server takes (§6.2).</summary>
    public IReadOnlyList<string>? Algorithms { get; init; }

    void IJsonOnDeserialized.OnDeserialized()
    {
        WireList.RequireElements(Subproblems, "subproblems");
        WireList.RequireElements(Algorithms, "algorithms");
    }
}
