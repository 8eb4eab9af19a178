using System.Collections.Immutable;

namespace Berth.Platform.Processes.Checks;

/// <summary>Process types as <c>checks</c> keeps them: <c>web,worker</c>, or <c>_all_</c> for every type there is and will be.</summary>
public sealed record TypeList
{
    public static readonly TypeList Empty = new([], all: false);

    public static readonly TypeList Every = new([], all: true);

    private const string AllText = "_all_";

    private readonly ImmutableArray<string> _types;

    private TypeList(ImmutableArray<string> types, bool all) => (_types, All) = (types, all);

    /// <summary>True for every type.</summary>
    public bool All { get; }

    /// <summary>As it is stored; empty when it names nothing.</summary>
    public string Text => All ? AllText : string.Join(',', _types);

    public static TypeList Parse(string text)
    {
        var words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Contains(AllText) ? Every : new TypeList([.. words.Distinct(StringComparer.Ordinal)], all: false);
    }

    public bool Contains(ProcessType type) => All || _types.Contains(type.Text);

    /// <summary>This list and those types; a list of every type then names only them.</summary>
    public TypeList With(TypeList more) => more.All ? Every : new TypeList([.. _types.Union(more._types)], all: false);

    public TypeList Without(TypeList fewer) => fewer.All ? Empty : new TypeList([.. _types.Except(fewer._types)], All);

    public bool Equals(TypeList? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
