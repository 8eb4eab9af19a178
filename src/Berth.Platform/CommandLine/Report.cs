namespace Berth.Platform.CommandLine;

/// <summary>Prints a feature's report in the contract's three shapes: padded lines, one bare value, or JSON.</summary>
/// <param name="Prefix">What every key starts with, dropped in JSON: <c>apps-</c>.</param>
/// <param name="Title">The headline after the app's name: <c>app information</c>.</param>
public sealed record Report(string Prefix, string Title)
{
    private const int KeyWidth = 31;

    /// <summary>
    /// Whether JSON also has each key with its prefix: so did the features that once printed it, and scripts may read either.
    /// </summary>
    public bool KeepsPrefixToo { get; init; }

    /// <summary>Whether the lines leave the prefix out and keep lower case, as those of <c>resource:report</c> do.</summary>
    public bool LeavesPrefixOut { get; init; }

    /// <summary>Whether the lines leave out what has no value.</summary>
    public bool LeavesEmptyOut { get; init; }

    /// <summary>Prints one app's values.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="subject">An app's name, or <c>global</c>.</param>
    /// <param name="values">Keys without the leading dashes, with the prefix.</param>
    /// <param name="request">What was asked for.</param>
    public void Print(CommandOutput output, string subject, IReadOnlyDictionary<string, string> values, ReportRequest request)
    {
        var keys = values.Keys.Order(StringComparer.Ordinal).ToArray();
        if (request.Json)
        {
            output.Line(AsJson(keys, values));
            return;
        }

        if (request.Flag is { } flag)
        {
            output.Line(values.TryGetValue(flag.TrimStart('-'), out var value) && flag.StartsWith("--", StringComparison.Ordinal)
                ? value
                : throw CommandLineProblems.InvalidReportFlag(keys.Select(key => $"--{key}")).AsException());
            return;
        }

        output.Headline($"{subject} {Title}");
        // As wide as the longest flag, which has two dashes where the line has a colon: so there is always a space.
        var width = Math.Max(KeyWidth, keys.Select(key => key.Length + 2).DefaultIfEmpty().Max());
        foreach (var key in keys.Where(key => !LeavesEmptyOut || values[key].Length > 0))
        {
            output.Detail($"{Words(key).PadRight(width)}{values[key]}");
        }
    }

    private string Words(string key)
    {
        var words = key.Replace('-', ' ').Replace('.', ' ');
        return LeavesPrefixOut ? $"{words[Math.Min(Prefix.Length, words.Length)..]}:" : $"{char.ToUpperInvariant(words[0])}{words[1..]}:";
    }

    private string AsJson(string[] keys, IReadOnlyDictionary<string, string> values)
    {
        var shown = keys.Select(key => KeyValuePair.Create(key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key, values[key]));
        return PlainJson.OfPairs(KeepsPrefixToo
            ? shown.Concat(keys.Select(key => KeyValuePair.Create(key, values[key]))).DistinctBy(pair => pair.Key).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            : shown);
    }
}
