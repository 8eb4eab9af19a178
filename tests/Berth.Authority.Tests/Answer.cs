using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>What came back.</summary>
internal sealed record Answer
{
    internal required int Status { get; init; }

    internal required string Body { get; init; }

    internal required string? ContentType { get; init; }

    internal required IReadOnlyDictionary<string, string> Headers { get; init; }

    internal string? Location => Headers.GetValueOrDefault("Location");

    internal string? Nonce => Headers.GetValueOrDefault("Replay-Nonce");

    internal IReadOnlyList<WebLink> Links => LinkHeader.Parse([Headers.GetValueOrDefault("Link") ?? ""]);

    internal ProblemDocument Problem => As(AcmeJson.Default.ProblemDocument);

    internal T As<T>(JsonTypeInfo<T> type) => JsonSerializer.Deserialize(Body, type)!;

    /// <summary>Asserts a problem document of this type and status, with a fresh nonce beside it.</summary>
    internal ProblemDocument Refuses(string type, int status)
    {
        Assert.True(status == Status, $"{Status}: {Body}");
        Assert.Equal(ProblemDocument.ContentType, ContentType);
        Assert.Equal(type, Problem.Type);
        Assert.Equal(status, Problem.Status);
        Assert.False(string.IsNullOrEmpty(Problem.Detail));
        Assert.NotNull(Nonce);
        return Problem;
    }

    internal static async Task<Answer> OfAsync(HttpResponseMessage response) => new()
    {
        Status = (int)response.StatusCode,
        Body = await response.Content.ReadAsStringAsync(),
        ContentType = response.Content.Headers.ContentType?.ToString(),
        Headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
    };
}
