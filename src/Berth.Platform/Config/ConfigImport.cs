using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Berth.Kernel;

namespace Berth.Platform.Config;

/// <summary>
/// Reads config variables from a file: dotenv lines, or a JSON object of texts. Unlike the reader of what lies on disk it passes nothing
/// over: what a person imports is taken whole or not at all.
/// </summary>
public static class ConfigImport
{
    private const int Limit = 4 << 20;

    /// <exception cref="ProblemException">Too large, no text, not of the format, or empty.</exception>
    public static async Task<ImmutableSortedDictionary<string, string>> ReadAsync(Stream input, string format, CancellationToken cancel)
    {
        if (format is not ("envfile" or "json"))
        {
            throw ConfigProblems.UnknownImport(format).AsException();
        }

        return Parse(await TextAsync(input, cancel), format);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static ImmutableSortedDictionary<string, string> Parse(string text, string format)
    {
        var pairs = format == "json" ? FromJson(text) : FromLines(text);
        return pairs.IsEmpty ? throw ConfigPairs.NonePassed().AsException() : pairs;
    }

    private static async Task<string> TextAsync(Stream input, CancellationToken cancel)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[81920];
        int read;
        while ((read = await input.ReadAsync(buffer, cancel)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > Limit)
            {
                throw ConfigProblems.ImportUnreadable($"it is larger than {ByteSize.Of(Limit)}").AsException();
            }
        }

        bytes.Position = 0;
        try
        {
            using var reader = new StreamReader(bytes, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return await reader.ReadToEndAsync(cancel);
        }
        catch (DecoderFallbackException e)
        {
            throw ConfigProblems.ImportUnreadable("it is not UTF-8 text").AsException(e);
        }
    }

    private static ImmutableSortedDictionary<string, string> FromLines(string text)
    {
        var values = EnvironmentFile.Parse(text, line => throw ConfigProblems.ImportUnreadable($"line {line} is not KEY=VALUE").AsException());
        foreach (var (key, value) in values)
        {
            ConfigPairs.Checked(key, value);
        }

        return values;
    }

    private static ImmutableSortedDictionary<string, string> FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject().Aggregate(
                    ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
                    (values, property) => values.SetItem(ConfigKey.Parse(property.Name), TextOf(property)))
                : throw ConfigProblems.ImportUnreadable("it is not a JSON object").AsException();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ConfigProblems.ImportUnreadable("it is not valid JSON").AsException(e);
        }
    }

    private static string TextOf(JsonProperty property) => property.Value.ValueKind == JsonValueKind.String
        ? ConfigPairs.Checked(property.Name, property.Value.GetString()!)
        : throw ConfigProblems.ImportUnreadable($"the value of {property.Name} is not a text").AsException();
}
