using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Berth.Platform.Plugins;

/// <summary>A plugin's name, which is its folder's: letters, digits, <c>_ - .</c>, not a dot or a dash first, at most 100 characters.</summary>
public sealed record PluginName
{
    private const int Limit = 100;
    private const string Prefix = "dokku-";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private PluginName(string text) => Text = text;

    public string Text { get; }

    public override string ToString() => Text;

    public static bool TryParse(string? text, [NotNullWhen(true)] out PluginName? name)
    {
        name = IsValid(text) ? new PluginName(text!) : null;
        return name is not null;
    }

    /// <exception cref="Kernel.ProblemException"><see cref="PluginProblems.NameInvalid"/>.</exception>
    public static PluginName Parse(string text) =>
        TryParse(text, out var name) ? name : throw PluginProblems.InvalidName(text).AsException();

    /// <summary>The name an address stands for: its last part, without <c>dokku-</c> in front and <c>.git</c>, <c>.tgz</c>, <c>.tar.gz</c> or <c>.tar</c> behind.</summary>
    /// <exception cref="Kernel.ProblemException"><see cref="PluginProblems.NameInvalid"/>: nothing usable remains.</exception>
    public static PluginName OfAddress(string address)
    {
        var last = address.TrimEnd('/');
        last = last[(last.LastIndexOfAny(['/', ':']) + 1)..];
        foreach (var ending in (ReadOnlySpan<string>)[".git", ".tgz", ".tar.gz", ".tar"])
        {
            if (last.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                last = last[..^ending.Length];
                break;
            }
        }

        return Parse(last.StartsWith(Prefix, StringComparison.Ordinal) ? last[Prefix.Length..] : last);
    }

    private static bool IsValid(string? text) =>
        text is { Length: > 0 and <= Limit } && text[0] is not ('.' or '-') && !text.AsSpan().ContainsAnyExcept(Allowed);
}
