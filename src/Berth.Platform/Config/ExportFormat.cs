using System.Text.Json;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Config;

/// <summary>The ways config variables are written out for programs.</summary>
public static class ExportFormat
{
    private static readonly Dictionary<string, Func<IReadOnlyDictionary<string, string>, string>> Writers = new(StringComparer.Ordinal)
    {
        ["exports"] = values => Each(values, "\n", (key, value) => $"export {key}='{SingleQuoted(value)}'") + "\n",
        ["envfile"] = values => values.Count == 0 ? "\n" : EnvironmentFile.Format(values),
        ["docker-args"] = values => Each(values, " ", (key, value) => $"--env={key}='{SingleQuoted(value)}'") + "\n",
        ["docker-args-keys"] = values => Each(values, " ", (key, _) => $"--env={key}") + "\n",
        ["shell"] = values => Each(values, " ", (key, value) => $"{key}='{SingleQuoted(value)}'") + " ",
        ["pretty"] = values => Pretty(values) + "\n",
        ["json"] = values => Json(values, list: false) + "\n",
        ["json-list"] = values => Json(values, list: true) + "\n",
        ["pack-keys"] = values => Each(values, " ", (key, _) => $"--env {key}") + "\n",
    };

    /// <exception cref="Kernel.ProblemException">No such format.</exception>
    public static string Write(string format, IReadOnlyDictionary<string, string> values) =>
        Writers.TryGetValue(format, out var writer)
            ? writer(values)
            : throw ConfigProblems.UnknownFormat(format, Writers.Keys).AsException();

    /// <summary>Keys and values in two columns.</summary>
    public static string Pretty(IReadOnlyDictionary<string, string> values)
    {
        var width = values.Count == 0 ? 0 : values.Keys.Max(key => key.Length) + 1;
        return Each(values, "\n", (key, value) => $"{(key + ":").PadRight(width)}  {value}");
    }

    /// <summary>A value as it stands between single quotes in a shell.</summary>
    public static string SingleQuoted(string value) => value.Replace("'", "'\\''", StringComparison.Ordinal);

    private static string Each(
        IReadOnlyDictionary<string, string> values, string separator, Func<string, string, string> write) =>
        string.Join(separator, values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => write(pair.Key, pair.Value)));

    private static string Json(IReadOnlyDictionary<string, string> values, bool list)
    {
        var sorted = values.OrderBy(pair => pair.Key, StringComparer.Ordinal);
        return list ? PlainJson.Write(writer => WriteList(writer, sorted)) : PlainJson.OfPairs(sorted);
    }

    private static void WriteList(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, string>> pairs)
    {
        writer.WriteStartArray();
        foreach (var (key, value) in pairs)
        {
            writer.WriteStartObject();
            writer.WriteString("name", key);
            writer.WriteString("value", value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
