using System.Runtime.CompilerServices;

namespace Berth.Acme.Accounts;

/// <summary>
/// Lets one at a time open or change accounts of a server, of all clients that share a store: two of them may have the same account, and a key
/// that one has changed must not be written over by another.
/// </summary>
internal sealed class AccountTurns(IAccountStore store, string directoryUrl)
{
    private static readonly ConditionalWeakTable<IAccountStore, NameGates> Gates = [];

    internal Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancel) =>
        Gates.GetValue(store, static _ => new NameGates()).RunAsync(directoryUrl, work, cancel);
}
