using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Carries an order through at one server, with the server's limits counted before, during and after.</summary>
public sealed class ServerOrders(AcmeClients clients, Ledgers ledgers, OrdersUnderWay underWay)
{
    /// <summary>What keeps the order from going now; empty when nothing does.</summary>
    public async Task<IReadOnlyList<LineageGate>> HoldsOfAsync(
        WantedServer server, LetsEncryptSettings settings, PlannedOrder planned, CancellationToken cancel) =>
        await ledgers.GatesOfAsync(server, planned, await RegistersAsync(server, settings, planned, cancel));

    /// <summary>Whether an account would be registered for an order. Where that alone may not be now, it is seen whether one was made that did not say so.</summary>
    public async Task<bool> RegistersAsync(WantedServer server, LetsEncryptSettings settings, PlannedOrder planned, CancellationToken cancel) =>
        !await clients.HasAccountAsync(server.Directory, settings.Email, cancel)
        && !(await IsHeldByRegistrationAsync(server, planned) && await TryFindAccountAsync(server, settings, cancel));

    private async Task<bool> IsHeldByRegistrationAsync(WantedServer server, PlannedOrder planned) =>
        (await ledgers.GatesOfAsync(server, planned, registers: true)).Count > 0 && (await ledgers.GatesOfAsync(server, planned, registers: false)).Count == 0;

    // Where another may not be registered: the answer to its registration may have been lost.
    private async Task<bool> TryFindAccountAsync(WantedServer server, LetsEncryptSettings settings, CancellationToken cancel)
    {
        try
        {
            return await clients.ClientOf(server.Directory, settings).FindAccountAsync(cancel);
        }
        catch (ProblemException)
        {
            // It is held back all the same.
            return false;
        }
    }

    /// <summary>Gives an order up that nobody goes on with: what was set aside for it is given back, and one that may have been placed counts.</summary>
    /// <param name="journal">Where it is kept; nothing is, afterwards.</param>
    /// <param name="account">Whose it was, where the journal does not say how it was counted.</param>
    public async Task LeaveAsync(OrderJournal journal, string account)
    {
        await LeaveOneAsync(journal, account);
        journal.ClearAside();
    }

    private async Task LeaveOneAsync(OrderJournal journal, string account)
    {
        if (await journal.LoadAsync(CancellationToken.None) is { Stage: <= OrderStage.Ordered } left && Uri.TryCreate(left.DirectoryUrl, UriKind.Absolute, out var directory))
        {
            var order = LedgerNotes.CountedOf(left, new PlannedOrder { Account = account, Names = left.Names });
            if (left is { OrderUrl: null, Counted: null })
            {
                await NoteAsync(directory, ledger => ledger.OrderedAsync(order, CancellationToken.None));
            }

            await NoteAsync(directory, ledger => ledger.FailedAsync(order, CancellationToken.None));
        }

        // Also one that cannot be read.
        await journal.ClearAsync(CancellationToken.None);
    }

    /// <summary>A person orders: where a server takes no order for a name until a person lifts its pause, that may have been done.</summary>
    public async Task LiftPausesAsync(IEnumerable<WantedServer> servers, Func<WantedServer, PlannedOrder> orderAt)
    {
        foreach (var server in servers)
        {
            await NoteAsync(server.Directory, ledger => ledger.LiftedAsync(orderAt(server), CancellationToken.None));
        }
    }

    /// <param name="order">What is ordered.</param>
    /// <param name="store">Keeps the certificate; durable when it returns.</param>
    /// <param name="cancel">Ends it; the order stays in its journal.</param>
    /// <exception cref="ProblemException">The server, or the way to it, did not come through.</exception>
    public async Task<IssuedCertificate> RunAsync(
        ServerOrder order, Func<IssuedCertificate, CancellationToken, ValueTask> store, CancellationToken cancel)
    {
        using var watched = underWay.Watch(order.App, order.Server.Directory.Authority, new IssuanceLines(order.Output, order.Solvers), order.IsRehearsal);
        var issuing = CarryAsync(order, store, watched, cancel);
        await watched.TellOfWaitAsync(issuing, order.App, order.Output);
        return await issuing;
    }

    /// <summary>The server's clock minus this machine's; null when it has not told since this process began.</summary>
    public TimeSpan? SkewAt(WantedServer server, LetsEncryptSettings settings) => clients.SkewAt(server.Directory, settings);

    private async Task<IssuedCertificate> CarryAsync(
        ServerOrder order, Func<IssuedCertificate, CancellationToken, ValueTask> store, OrdersUnderWay.Watched watched, CancellationToken cancel)
    {
        var client = clients.ClientOf(order.Server.Directory, order.Settings);
        var ledger = await ledgers.OfAsync(order.Server.Directory);
        var left = await LeftAtAsync(order, cancel);
        var notes = new LedgerNotes(ledger, order.Planned, order.Spared, left, order.Request.Renews?.Names ?? [], watched);
        try
        {
            // First, so that nothing is set aside for an order while an account is waited for.
            await client.EnsureAccountAsync(cancel);
            var journal = new CountingJournal(order.Journal, () => notes.UnderWay);
            var issuance = new Issuance(client, journal, order.Solvers.Solvers, notes, order.Solvers.History) { BeforeOrder = _ => ReserveAsync(notes, order) };
            return await issuance.RunAsync(order.Request, store, cancel);
        }
        catch (ProblemException e)
        {
            await notes.FailedAsync(e);
            if (LetsEncryptProblems.HoldsOf(e) is { } holds)
            {
                throw LetsEncryptProblems.HeldOnItsWay(order.App, order.Server, ledgers.GatesOf(holds, order.Server), countsInFull: false);
            }

            var told = Retold.As(e, LetsEncryptProblems.OfAccount(order.App.Text, order.Settings.Servers.Count > 1 ? order.Server.Word : "", e.Problem));
            throw e.Problem.Code != AcmeProblems.ClockWrong && client.ClockSkew is { } skew && ClockWords.IsWrong(skew) ? Named(told, skew) : told;
        }
        finally
        {
            await notes.EndAsync();
        }
    }

    // Once another server is asked an order comes to nothing, unless its certificate may be issued: then it would be another of few.
    private async Task<PendingOrder?> LeftAtAsync(ServerOrder order, CancellationToken cancel)
    {
        var (left, own) = (await order.Journal.LoadAsync(cancel), order.IsRehearsal ? null : order.Journal);
        if (left is not null && left.DirectoryUrl != order.Server.Key)
        {
            if (left.Stage >= OrderStage.Finalizing && own is not null)
            {
                own.LayAside(left);
            }
            else
            {
                await LeaveOneAsync(order.Journal, order.Planned.Account);
            }

            left = null;
        }

        return left ?? own?.TakeUp(order.Server.Key);
    }

    private Task NoteAsync(Uri directory, Func<RateLedger, ValueTask> note) => Ledgers.TryAsync(async () => await note(await ledgers.OfAsync(directory)));

    private async Task ReserveAsync(LedgerNotes notes, ServerOrder order) =>
        Require(await notes.ReserveAsync(), order, notes.CountsInFull);

    private void Require(LimitVerdict verdict, ServerOrder order, bool countsInFull)
    {
        if (!verdict.MayGo)
        {
            throw LetsEncryptProblems.HeldOnItsWay(order.App, order.Server, ledgers.GatesOf(verdict.Holds, order.Server), countsInFull);
        }
    }

    // A clock that is wrong may be the reason for anything.
    private static ProblemException Named(ProblemException failure, TimeSpan skew) =>
        Retold.As(failure, failure.Problem with { Details = [.. failure.Problem.Details, $"{ClockWords.Of(skew)}. {ClockWords.Remedy}"] });
}
