namespace Berth.Platform.CommandLine;

/// <summary>One call of one command.</summary>
public sealed class CommandCall
{
    /// <summary>The command's full name, for what its problems say.</summary>
    public string Name { get; init; } = "";

    /// <summary>The words after the command's name.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    public required Caller Caller { get; init; }

    public required CommandOutput Output { get; init; }

    /// <summary>True when this report is one part of a report of everything, which people paste into tickets: then secrets are masked.</summary>
    public bool InAggregate { get; init; }

    /// <summary>Asks the caller for standard input; it is not read before.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Ends when the user pressed Ctrl-C (or, for commands that follow, went away).</summary>
    public required CancellationToken Cancel { get; init; }

    /// <summary>Separates switches from positional words.</summary>
    /// <param name="switches">Flags without a value, with their dashes: <c>--force</c>.</param>
    /// <param name="valued">Flags with one: <c>--format</c>.</param>
    public Arguments Parse(ReadOnlySpan<string> switches = default, ReadOnlySpan<string> valued = default) =>
        Arguments.Parse(Words, switches, valued, Name);

    /// <summary>Asks a question on a terminal or pipe and reads one line.</summary>
    public async Task<string> AskAsync(string prompt)
    {
        Output.Raw(prompt);
        await Output.FlushAsync(Cancel);
        using var reader = new StreamReader(OpenInput());
        try
        {
            return await InputLine.ReadAsync(reader, Cancel) ?? "";
        }
        catch (IOException)
        {
            // Whoever was asked went away, which is no answer.
            return "";
        }
    }
}
