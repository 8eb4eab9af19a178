using System.Text.Json;

namespace Berth.Acme.Dns;

/// <summary>Finds in a provider's error what a person can read.</summary>
internal static class ProviderWords
{
    private const int Deepest = 5;
    private const int MostText = 300;
    private static readonly string[] Names = ["message", "error_description", "detail", "errors", "error", "Message", "cause", "title"];

    internal static string Of(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (Find(document.RootElement, Deepest) is { } words)
            {
                return words;
            }
        }
        catch (JsonException)
        {
            // XML, HTML or plain text.
        }

        var text = body.Trim();
        return text.Length == 0 ? "it gave no reason" : text.Length > MostText ? text[..MostText] : text;
    }

    private static string? Find(JsonElement element, int depth)
    {
        if (depth == 0)
        {
            return null;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return element.GetString() is { Length: > 0 } text ? text : null;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(item => Find(item, depth - 1)).FirstOrDefault(found => found is not null);
            case JsonValueKind.Object:
                foreach (var name in Names)
                {
                    if (element.TryGetProperty(name, out var value) && Find(value, depth - 1) is { } found)
                    {
                        return found;
                    }
                }

                // deSEC names the field: {"records":["…"]}.
                return element.EnumerateObject()
                    .Where(property => property.Value.ValueKind == JsonValueKind.Array)
                    .Select(property => Find(property.Value, depth - 1))
                    .FirstOrDefault(found => found is not null);
            default:
                return null;
        }
    }
}
