namespace Berth.Control;

/// <summary>What a frame on the control socket carries. A frame is this byte, a little-endian 32-bit length, the bytes.</summary>
internal enum FrameKind : byte
{
    /// <summary>Daemon to client: bytes for standard output.</summary>
    Output = 1,

    /// <summary>Daemon to client: bytes for standard error.</summary>
    Error = 2,

    /// <summary>Daemon to client, last: the exit status as a 32-bit integer.</summary>
    Exit = 3,

    /// <summary>
    /// Daemon to client: so many bytes of standard input are wanted now, a 32-bit integer, or so many more. Until the first the client leaves it alone,
    /// and it sends no more than that: what it says of Ctrl-C must not wait behind what nobody reads.
    /// </summary>
    WantInput = 4,

    /// <summary>Client to daemon, first: a <see cref="CallRequest"/>.</summary>
    Call = 16,

    /// <summary>Client to daemon: bytes from standard input; none means its end.</summary>
    Input = 17,

    /// <summary>Client to daemon: Ctrl-C was pressed.</summary>
    Interrupt = 18,

    /// <summary>
    /// Client to daemon: it has waited for a while, so lines are sent soon from now on, not at the end. It says so at most once, and not once it
    /// was asked for input, which says the same.
    /// </summary>
    Waiting = 19,

    /// <summary>Client to daemon: nobody reads what is printed any longer. A command that only follows something ends.</summary>
    Unheard = 20,
}
