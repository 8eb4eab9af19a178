using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Berth.Kernel;

/// <summary>An app's name: <c>^[a-z0-9][a-z0-9.-]*$</c>, at most 200 characters so that it fits a file name with its suffixes.</summary>
public sealed record AppName
{
    private const int Limit = 200;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");

    private AppName(string text) => Text = text;

    public string Text { get; }

    public override string ToString() => Text;

    public bool Equals(AppName? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public static AppName Parse(string text) =>
        TryParse(text, out var name) ? name : throw KernelProblems.InvalidAppName().AsException();

    public static bool TryParse(string? text, [NotNullWhen(true)] out AppName? name)
    {
        name = IsValid(text) ? new AppName(text!) : null;
        return name is not null;
    }

    private static bool IsValid(string? text) =>
        text is { Length: > 0 and <= Limit }
        && char.IsAsciiLetterLower(text[0]) | char.IsAsciiDigit(text[0])
        && !text.AsSpan().ContainsAnyExcept(Allowed);
}
