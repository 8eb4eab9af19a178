using System.Diagnostics.CodeAnalysis;

namespace Berth.Platform.SshKeys;

/// <summary>
/// The name a key is known by. It stands between quotes in a line that a login shell reads, so it holds nothing a shell could take
/// for more than a letter: letters, digits, spaces and <c>-_.@+:/=</c>, at most 100 of them, no dash or space in front.
/// </summary>
public sealed record SshKeyName
{
    private const int Limit = 100;
    private const string Signs = "-_.@+:/= ";

    private SshKeyName(string text) => Text = text;

    public string Text { get; }

    public override string ToString() => Text;

    /// <exception cref="Kernel.ProblemException">It is none.</exception>
    public static SshKeyName Parse(string text) => TryParse(text, out var name) ? name : throw SshKeyProblems.InvalidName(text).AsException();

    public static bool TryParse(string text, [NotNullWhen(true)] out SshKeyName? name)
    {
        name = text is { Length: > 0 and <= Limit } && text[0] is not ('-' or ' ') && text[^1] != ' '
            && text.All(c => char.IsLetterOrDigit(c) || Signs.Contains(c, StringComparison.Ordinal))
            ? new SshKeyName(text)
            : null;
        return name is not null;
    }
}
