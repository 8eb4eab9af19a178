namespace Berth.Platform.CommandLine;

/// <summary>One command as users type it.</summary>
/// <param name="Name">The full name: <c>apps:create</c>.</param>
/// <param name="Synopsis">Its arguments as help shows them: <c>&lt;app&gt;</c>.</param>
/// <param name="Summary">One sentence for help, without a full stop.</param>
/// <param name="Run">The body.</param>
public sealed record Command(string Name, string Synopsis, string Summary, CommandBody Run)
{
    /// <summary>True when it acts on running processes, routes or orders, which only the daemon holds.</summary>
    public bool NeedsDaemon { get; init; }

    /// <summary>True when it only streams: a lost connection ends it. Commands that change state go on to their end instead.</summary>
    public bool Follows { get; init; }

    /// <summary>True when only root may call it.</summary>
    public bool NeedsRoot { get; init; }

    /// <summary>True when the name alone asks for the feature's help.</summary>
    public bool AloneIsHelp { get; init; }

    /// <summary>True for what plugins' files call and nobody types: help and suggestions leave it out.</summary>
    public bool Hidden { get; init; }

    /// <summary>The property names a <c>:set</c> takes, for completion.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The feature's name: <c>apps</c> of <c>apps:create</c>.</summary>
    public string Feature => Name.Split(':')[0];
}
