using System.Diagnostics.CodeAnalysis;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>The name of one line of a Procfile: <c>^[A-Za-z0-9_-]+$</c>, at most 63 characters; ordered by code point.</summary>
public sealed record ProcessType : IComparable<ProcessType>
{
    /// <summary>The type that receives requests.</summary>
    public static readonly ProcessType Web = new("web");

    /// <summary>The type that runs once before a release goes live; its formation is always 0.</summary>
    public static readonly ProcessType Release = new("release");

    private const int Limit = 63;

    private ProcessType(string text) => Text = text;

    public string Text { get; }

    /// <summary>True when the edge sends requests to instances of this type.</summary>
    public bool ReceivesRequests => Text == Web.Text;

    public static bool operator <(ProcessType left, ProcessType right) => left.CompareTo(right) < 0;

    public static bool operator >(ProcessType left, ProcessType right) => left.CompareTo(right) > 0;

    public static bool operator <=(ProcessType left, ProcessType right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ProcessType left, ProcessType right) => left.CompareTo(right) >= 0;

    public override string ToString() => Text;

    public int CompareTo(ProcessType? other) => string.CompareOrdinal(Text, other?.Text);

    /// <exception cref="ProblemException"><see cref="ProcessProblems.TypeInvalid"/>.</exception>
    public static ProcessType Parse(string text) =>
        TryParse(text, out var type) ? type : throw ProcessProblems.InvalidType(text).AsException();

    public static bool TryParse(string? text, [NotNullWhen(true)] out ProcessType? type)
    {
        var valid = text is { Length: > 0 and <= Limit }
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        type = valid ? new ProcessType(text!) : null;
        return valid;
    }
}
