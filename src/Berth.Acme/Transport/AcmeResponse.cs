using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>A response read whole, within its limit; nothing in it is trusted yet.</summary>
internal sealed record AcmeResponse
{
    internal required string Url { get; init; }

    internal required int Status { get; init; }

    internal required ReadOnlyMemory<byte> Body { get; init; }

    internal string? Location { get; init; }

    internal string? Nonce { get; init; }

    internal TimeSpan? RetryAfter { get; init; }

    /// <summary>By this machine's clock.</summary>
    internal required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The <c>Link</c> header as it was sent: few answers' links are asked for.</summary>
    internal HeaderStringValues LinkLines { get; init; }

    internal IReadOnlyList<WebLink> Links => LinkHeader.Parse(LinkLines);

    internal bool IsSuccess => Status is >= 200 and < 300;

    /// <exception cref="Kernel.ProblemException"><see cref="AcmeProblems.ResponseInvalid"/>.</exception>
    internal T Read<T>(JsonTypeInfo<T> type, string describedBy = "RFC 8555")
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Span, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw AcmeProblems.BadResponse(Url, $"is not the JSON that {describedBy} describes ({Place(e)})").AsException(e);
        }
    }

    // Its message may name types, which are nobody's business but ours.
    private static string Place(JsonException e) => string.Create(
        CultureInfo.InvariantCulture, $"line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}{(e.Path is { Length: > 0 } path ? $", at {Printable.Of(path)}" : "")}");

    /// <summary>Reads the error a server answered with; never throws.</summary>
    internal ProblemDocument ReadProblem()
    {
        try
        {
            if (JsonSerializer.Deserialize(Body.Span, AcmeJson.Default.ProblemDocument) is { } document)
            {
                return document;
            }
        }
        catch (JsonException)
        {
            // A proxy's HTML page, most often; the status says all there is.
        }

        return new ProblemDocument { Status = Status };
    }
}
