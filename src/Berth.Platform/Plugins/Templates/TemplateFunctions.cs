using System.Collections.Frozen;

namespace Berth.Platform.Plugins.Templates;

/// <summary>What a template can call. The last value is the one that a pipe brings.</summary>
internal static class TemplateFunctions
{
    private const int LongestSequence = 10_000;

    private static readonly FrozenDictionary<string, Func<object?[], object?>> All = new Dictionary<string, Func<object?[], object?>>(StringComparer.Ordinal)
    {
        ["and"] = values => Some(values).FirstOrDefault(value => !TemplateRun.IsTrue(value), values[^1]),
        ["or"] = values => Some(values).FirstOrDefault(TemplateRun.IsTrue, values[^1]),
        ["not"] = values => !TemplateRun.IsTrue(Take(values, 1)[0]),
        ["eq"] = values => Some(values, 2)[1..].Any(value => Same(values[0], value)),
        ["ne"] = values => !Same(Take(values, 2)[0], values[1]),
        ["len"] = values => Take(values, 1)[0] is IReadOnlyList<object?> list ? list.Count : (long)TemplateRun.TextOf(values[0]).Length,
        ["index"] = values => ListOf(Take(values, 2)[0]) is var list && NumberOf(values[1]) is var at && at >= 0 && at < list.Count
            ? list[(int)at] : throw new FormatException($"there is nothing at {TemplateRun.TextOf(values[1])}"),
        ["print"] = values => string.Concat(values.Select(TemplateRun.TextOf)),
        ["default"] = values => TemplateRun.IsTrue(Take(values, 2)[1]) ? values[1] : values[0],
        ["split"] = values => Split(TextAt(values, 1, 2), TextAt(values, 0, 2)),
        ["join"] = values => string.Join(TextAt(values, 0, 2), ListOf(values[1]).Select(TemplateRun.TextOf)),
        ["replace"] = values => TextAt(values, 0, 3) is { Length: > 0 } old ? TextAt(values, 2, 3).Replace(old, TextAt(values, 1, 3), StringComparison.Ordinal) : TextAt(values, 2, 3),
        ["contains"] = values => TextAt(values, 1, 2).Contains(TextAt(values, 0, 2), StringComparison.Ordinal),
        ["lower"] = values => TextAt(values, 0, 1).ToLowerInvariant(),
        ["upper"] = values => TextAt(values, 0, 1).ToUpperInvariant(),
        ["trim"] = values => TextAt(values, 0, 1).Trim(),
        ["seq"] = values => NumberOf(Take(values, 1)[0]) is >= 0 and <= LongestSequence and var count
            ? Enumerable.Range(0, (int)count).Select(object? (number) => (long)number).ToArray()
            : throw new FormatException($"{TemplateRun.TextOf(values[0])} is not between 0 and {LongestSequence}"),
    }.ToFrozenDictionary();

    /// <returns>The function, which throws <see cref="FormatException"/> for values it cannot work with; null when there is none of that name.</returns>
    public static Func<object?[], object?>? Named(string name) => All.GetValueOrDefault(name);

    private static IReadOnlyList<object?> Split(string text, string separator) => separator.Length > 0
        ? [.. text.Split(separator)]
        : throw new FormatException("there is nothing to split at");

    private static bool Same(object? one, object? other) => TemplateRun.TextOf(one) == TemplateRun.TextOf(other);

    private static string TextAt(object?[] values, int at, int count) => TemplateRun.TextOf(Take(values, count)[at]);

    private static IReadOnlyList<object?> ListOf(object? value) =>
        value as IReadOnlyList<object?> ?? throw new FormatException($"'{TemplateRun.TextOf(value)}' is no list");

    private static long NumberOf(object? value) => value switch
    {
        long number => number,
        string text when long.TryParse(text, out var number) => number,
        _ => throw new FormatException($"'{TemplateRun.TextOf(value)}' is no number"),
    };

    private static object?[] Take(object?[] values, int count) =>
        values.Length == count ? values : throw new FormatException($"it takes {count} values, not {values.Length}");

    private static object?[] Some(object?[] values, int least = 1) =>
        values.Length >= least ? values : throw new FormatException($"it takes {least} values at least");
}
