using System.Collections.Immutable;

namespace Berth.Platform.Completion;

/// <summary>A command's synopsis, read for what may stand where: <c>[--format json] &lt;app&gt; crt|key</c>.</summary>
/// <param name="Places">For each positional word the alternatives it can be: <c>&lt;app&gt;</c>, or a literal.</param>
/// <param name="Flags">Each flag with the alternatives of its value; none for a switch.</param>
public sealed record Synopsis(ImmutableArray<ImmutableArray<string>> Places, ImmutableDictionary<string, ImmutableArray<string>> Flags)
{
    private const string More = "...";

    /// <summary>Whether the last place may be taken by any number of words.</summary>
    public bool Repeats { get; private init; }

    public static Synopsis Parse(string text)
    {
        text = text.Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal);
        var places = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var flags = ImmutableDictionary.CreateBuilder<string, ImmutableArray<string>>(StringComparer.Ordinal);
        foreach (var group in Groups(text))
        {
            var words = group.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [var first, ..] && first.StartsWith('-') && !first.Contains('<', StringComparison.Ordinal))
            {
                foreach (var flag in first.Split('|'))
                {
                    flags[flag] = words.Length > 1 ? [.. words[1].Split('|')] : [];
                }

                continue;
            }

            places.AddRange(words.Where(word => word != More).Select(word => word.Replace(More, "", StringComparison.Ordinal).Split('|').ToImmutableArray()));
        }

        return new Synopsis(places.ToImmutable(), flags.ToImmutable()) { Repeats = text.Contains(More, StringComparison.Ordinal) };
    }

    /// <returns>The alternatives for the positional word at <paramref name="index"/>; none when nothing may stand there.</returns>
    public ImmutableArray<string> PlaceAt(int index) =>
        index < Places.Length ? Places[index] : Repeats && !Places.IsEmpty ? Places[^1] : [];

    /// <summary>What brackets hold together, and each word outside of them.</summary>
    private static IEnumerable<string> Groups(string text)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            if (depth == 0 && c is ' ' or '[')
            {
                if (i > start)
                {
                    yield return text[start..i];
                }

                start = i + 1;
            }

            if (c == '[')
            {
                depth++;
            }
            else if (c == ']' && depth > 0 && --depth == 0)
            {
                yield return text[start..i].Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
                start = i + 1;
            }
        }
    }
}
