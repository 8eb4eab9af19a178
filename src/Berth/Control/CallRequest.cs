namespace Berth.Control;

/// <summary>A call as the client sends it. The kernel, not the client, says which user calls.</summary>
internal sealed record CallRequest
{
    /// <summary>The words typed after the program's name.</summary>
    public required string[] Words { get; init; }

    /// <summary>The name the program was called by.</summary>
    public required string Program { get; init; }

    public required bool OutputIsTerminal { get; init; }

    public required bool ErrorIsTerminal { get; init; }

    public bool InputIsTerminal { get; init; }

    /// <summary>Who called, as the contract's SSH_USER; the kernel's word on the user decides what is permitted.</summary>
    public string SshUser { get; init; } = "";

    /// <summary>The SSH key's name, as the contract's SSH_NAME.</summary>
    public string SshName { get; init; } = "default";

    /// <summary>True when a plugin's program calls. Only who has an account here can say so, not who comes over SSH.</summary>
    public bool WithinPlugin { get; init; }

    /// <summary>The tokens of operations that the caller is a part of; one that the daemon does not know means nothing.</summary>
    public string[] Operations { get; init; } = [];

    /// <summary>False when NO_COLOR is set or the terminal is dumb.</summary>
    public required bool Colour { get; init; }
}
