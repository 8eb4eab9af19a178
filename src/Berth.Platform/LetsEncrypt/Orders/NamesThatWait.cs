using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Names that a certificate is to carry besides, and that a limit, a pause or a wait holds back, or an order fails with: those on it are renewed without them once that is due.</summary>
internal sealed class NamesThatWait(LineageReader reader, LineageFiles lineages, ServersToAsk servers, OrderRequests requests, AttemptRecords records, TimeProvider time)
{
    /// <summary>Whether the certificate in service is to be renewed by now.</summary>
    public bool IsDue(AppName app) => reader.StoredOf(app) is { InService: not null } stored && reader.MayBeRenewed(app, stored);

    /// <summary>Lets new names wait for what holds an order with them back.</summary>
    /// <returns>Whether the others can go now.</returns>
    public async Task<bool> TryLetWaitAsync(AppName app, Attempt attempt, IReadOnlyList<LineageGate> gates, CancellationToken cancel, IReadOnlyList<FailedName>? failed = null) =>
        gates.Count > 0 && IsDue(app) && await LetWaitAsync(app, attempt, GateWords.OfLast(gates), failed ?? [], cancel);

    /// <summary>Likewise where the server has met a limit with them, of which it may know more than is counted here.</summary>
    /// <returns>Whether the others can go now.</returns>
    public async Task<bool> TryLetWaitAsync(AppName app, Attempt attempt, WantedServer server, ProblemException failure, IReadOnlyList<FailedName> failed, CancellationToken cancel)
    {
        var wanted = attempt.Wanted;
        if (failure.Problem.Code != AcmeProblems.RateLimited || !IsDue(app) || KeepsOrder(app, wanted) || await servers.IsAnyFreeAsync(app, attempt.Besides(server), cancel)
            || !await LetWaitAsync(app, attempt, failure.Problem.Found, failed, cancel))
        {
            return false;
        }

        records.NamesFailed(app, failed, wanted);
        return true;
    }

    private async Task<bool> LetWaitAsync(AppName app, Attempt attempt, string why, IReadOnlyList<FailedName> failed, CancellationToken cancel)
    {
        var others = await BesideAsync(app, attempt, cancel, failed);
        if (others.Count > 0)
        {
            attempt.GoOnWithout(failed, countsInFull: false);
            attempt.LetWait(others, why);
        }

        return others.Count > 0;
    }

    /// <summary>
    /// Lets new names wait where the last attempt has failed with them, for whatever the server had against them: the one after that tries all again. Near the
    /// end the daemon lets them wait every other time, whatever was tried, and by hand for an order with them that was begun. An order that was begun without
    /// them is gone on with, and so is one that <see cref="KeepsOrder"/>.
    /// </summary>
    public async Task BeginWithoutAsync(AppName app, Attempt attempt, CancellationToken cancel)
    {
        var (wanted, isEnding, stored) = (attempt.Wanted, IsEnding(app), reader.ReadOf(app).Stored);
        if (!(wanted.IsPatient || isEnding) || !IsDue(app) || KeepsOrder(app, wanted) || await BesideAsync(app, attempt, cancel) is not { Count: > 0 } others)
        {
            return;
        }

        var last = stored.State is { FailedWithMore: true, LastFailure: { } failure } ? failure : null;
        if (BeginsWithout())
        {
            var why = last is not null ? $"the last order failed: {last.Found}"
                : isEnding ? "the certificate is near its end, and is renewed first"
                : "an order without it was begun";
            attempt.LetWait(others, why, last?.Code);
        }

        bool BeginsWithout()
        {
            var open = lineages.OrderAt(app, wanted.Servers);
            return RenewalFirst.KeepsWithout(open, stored, wanted.Names, others, isEnding, time.GetUtcNow())
                || (isEnding && wanted.IsPatient ? TakesTurn(app)
                : last is not null || (isEnding && open?.IsFor(wanted.NameTexts) == true));
        }
    }

    // Written down before anything is ordered.
    private bool TakesTurn(AppName app)
    {
        var isTurn = RenewalFirst.IsTurn(reader.StoredOf(app), time.GetUtcNow());
        lineages.WriteState(app, lineages.ReadState(app) with { BeganWithoutMore = isTurn });
        return isTurn;
    }

    /// <summary>Whether an order that was begun is gone on with whatever has failed.</summary>
    public bool KeepsOrder(AppName app, WantedCertificate wanted) =>
        RenewalFirst.Keeps(lineages.OrderAt(app, wanted.Servers), reader.StoredOf(app), wanted.Names, IsEnding(app));

    private bool IsEnding(AppName app) => reader.IsEnding(app, reader.StoredOf(app));

    /// <returns>The names that are not on the certificate in service, where an order without them, and without those that failed, could go now; none otherwise.</returns>
    public async Task<IReadOnlyList<DomainName>> BesideAsync(AppName app, Attempt attempt, CancellationToken cancel, IReadOnlyList<FailedName>? failed = null)
    {
        var wanted = attempt.Wanted.Without(failed ?? []);
        var others = attempt.Waiting.Count > 0 ? [] : await servers.BesideAsync(app, wanted, cancel);

        // What the certificate has is not given up for a name that failed on the way.
        return failed is not { Count: > 0 } || requests.RestOf(app, attempt.Wanted)([.. wanted.NameTexts.Except(others.Select(name => name.Text))]) ? others : [];
    }
}
