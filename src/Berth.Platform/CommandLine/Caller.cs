namespace Berth.Platform.CommandLine;

/// <summary>Who calls a command, and what their terminal can show.</summary>
/// <param name="UserId">The numeric user, as the kernel told it.</param>
/// <param name="Program">The name they called: <c>dokku</c> or <c>berth</c>.</param>
/// <param name="OutputIsTerminal">Whether standard output is a terminal.</param>
/// <param name="ErrorIsTerminal">Whether standard error is a terminal.</param>
/// <param name="Quiet">Headers are left out (<c>--quiet</c>).</param>
/// <param name="Force">Questions are taken as answered (<c>--force</c>).</param>
public sealed record Caller(
    uint UserId, string Program, bool OutputIsTerminal, bool ErrorIsTerminal, bool Quiet = false, bool Force = false)
{
    public bool IsRoot => UserId == 0;

    /// <summary>Plugins are asked to trace what they do (<c>--trace</c>).</summary>
    public bool Trace { get; init; }

    /// <summary>What <c>--app</c> named, for plugins; built-in commands get it as their first word.</summary>
    public string? App { get; init; }

    /// <summary>Whether a person sits at standard input, so that nothing will come by itself.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>The account behind the call: <c>root</c>, who called sudo, or <c>dokku</c> over SSH. Plugins get it as <c>SSH_USER</c>.</summary>
    public string SshUser { get; init; } = "";

    /// <summary>The name of the SSH key that was used; empty where none was. Plugins get it as <c>NAME</c>, and take its lack for a call on this machine.</summary>
    public string SshName { get; init; } = "";

    /// <summary>As <see cref="SshName"/>, in the contract's word where no key was used.</summary>
    public string KeyName => SshName.Length > 0 ? SshName : "default";

    /// <summary>True when a plugin's program calls, which was allowed to when its own caller was.</summary>
    public bool WithinPlugin { get; init; }

    /// <summary>The tokens of the operations on apps that the caller is a part of, outermost first: a handler of one calls.</summary>
    public IReadOnlyList<string> Operations { get; init; } = [];

    /// <summary>Colour is wanted: a terminal, and NO_COLOR is not set.</summary>
    public bool Coloured { get; init; }

    /// <returns>A remedy, whose commands are written <c>`berth …`</c>, with the name that the program was called by.</returns>
    public string AsCalled(string remedy) => Program == "berth" ? remedy : remedy
        .Replace("`berth ", $"`{Program} ", StringComparison.Ordinal)
        .Replace("`sudo berth ", $"`sudo {Program} ", StringComparison.Ordinal)
        .Replace(" | berth ", $" | {Program} ", StringComparison.Ordinal);
}
