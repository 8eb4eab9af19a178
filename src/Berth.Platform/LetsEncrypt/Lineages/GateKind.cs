namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What holds an attempt back.</summary>
public enum GateKind
{
    /// <summary>The last attempt failed; the next is a step of the retry ladder away.</summary>
    Backoff,

    /// <summary>The server asked to wait (Retry-After).</summary>
    RetryAfter,

    /// <summary>A limit of the server is used up, by the ledger kept here.</summary>
    Limit,

    /// <summary>What is left of a limit is set aside for orders that are about to be placed.</summary>
    SetAside,

    /// <summary>The server takes no orders for a name until a person lifts the pause.</summary>
    Paused,

    /// <summary>A person must do something first: agree to terms, make an account valid.</summary>
    UserAction,

    /// <summary>It was renewed twice within a short time, whatever asks for a third.</summary>
    JustRenewed,

    /// <summary>Someone put an earlier certificate back, and it is not to be replaced at once.</summary>
    RolledBack,
}
