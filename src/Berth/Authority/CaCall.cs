using System.Text.Json;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Authority;

/// <summary>One call of one command of <c>berth ca</c>.</summary>
internal sealed record CaCall(CaWords Words, StateRoots Roots, Caller Caller, CommandOutput Output)
{
    public CaPlace Place { get; } = CaPlace.Of(Words, Roots);

    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>Prints JSON where a program asked for it, rows for a person otherwise.</summary>
    public void Tell(Action<Utf8JsonWriter> json, Func<IEnumerable<string[]>> rows)
    {
        if (Words.AsJson)
        {
            Output.Line(PlainJson.Write(json));
            return;
        }

        foreach (var line in Columns.Lay(rows()))
        {
            Output.Line(line);
        }
    }
}
