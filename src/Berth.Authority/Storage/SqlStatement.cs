namespace Berth.Authority.Storage;

/// <summary>A statement and its values: <c>$1</c>, <c>$2</c>, … in order.</summary>
internal readonly record struct SqlStatement(string Text, params object?[] Values)
{
    /// <summary>True when it answers with rows, if only to hold them.</summary>
    internal bool HasRows { get; init; }

    /// <summary>For one that holds rows of the thing its first value names: the text that holds those of so many things, in one order.</summary>
    internal Func<int, string>? Holding { get; init; }
}
