namespace Berth.Acme.Accounts;

/// <summary>Counts the accounts that a server makes: its limits do.</summary>
public interface IRegistrations
{
    /// <summary>Called before one is asked for, also in place of one that the server has forgotten. A <see cref="Kernel.ProblemException"/> keeps it from being asked for.</summary>
    Task BeginAsync(CancellationToken cancel);

    /// <summary>Called once that is over.</summary>
    /// <param name="isMade">Whether the server has made one; null where its answer was lost: it may have.</param>
    Task EndAsync(bool? isMade);
}
