using Berth.Acme.Challenges;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>
/// Gets one certificate: a new order, or the one a journal still holds, carried through to a checked and stored chain.
/// Ended anywhere, kill -9 included, the next run goes on with the same order.
/// </summary>
/// <param name="client">The account that orders.</param>
/// <param name="journal">Keeps this certificate's order under way; no one else may use it meanwhile.</param>
/// <param name="solvers">In order of preference.</param>
/// <param name="progress">Told each step, from any thread.</param>
/// <param name="history">What has proved which name so far: tried first, and brought up to date. Null keeps none.</param>
public sealed class Issuance(
    AcmeClient client,
    IOrderJournal journal,
    IReadOnlyList<IChallengeSolver> solvers,
    IProgress<IssuanceStep>? progress = null,
    ProofHistory? history = null)
{
    private const int MostOrders = 4;
    private static readonly TimeSpan NotableSkew = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Called before each new order is placed, also for the names that are left where others failed; a <see cref="ProblemException"/> keeps it
    /// from being placed, and then <see cref="AcmeProblems.FailedNamesOf"/> it are those others. Null, the default, keeps none.
    /// </summary>
    public Func<CancellationToken, Task>? BeforeOrder { get; init; }

    /// <summary>Runs to the end, at most for <see cref="AcmeClientOptions.IssuanceTimeout"/>, or <see cref="IssuanceRequest.Timeout"/> where that is less.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="store">
    /// Keeps the certificate; MUST be durable when it returns. The order is forgotten only then.
    /// Called again after a restart in between.
    /// </param>
    /// <param name="cancel">Stops; the order stays in the journal and is resumed.</param>
    /// <exception cref="ProblemException">
    /// See <see cref="AcmeProblems"/>; where <see cref="AcmeProblems.IsTransient"/>, the order was kept for the next run.
    /// <see cref="AcmeProblems.FailedNamesOf"/> tells which names are at fault, <see cref="AcmeProblems.LeftOutNamesOf"/> which had failed before
    /// in the same run, <see cref="AcmeProblems.GateOf"/> how long to wait.
    /// </exception>
    public async Task<IssuedCertificate> RunAsync(
        IssuanceRequest request, Func<IssuedCertificate, CancellationToken, ValueTask> store, CancellationToken cancel)
    {
        if (request.Names.Count + request.Addresses.Count == 0)
        {
            throw AcmeProblems.NoNames().AsException();
        }

        var certificate = await BoundedAsync(token => IssueSomeAsync(request, token), LimitOf(request), cancel);
        ReportSkew();
        await store(certificate, cancel);
        client.Reached(AcmeFailPoints.CertificateStored);
        await journal.ClearAsync(cancel);
        client.Reached(AcmeFailPoints.OrderCleared);
        progress?.Report(new IssuanceStep(IssuanceStepKind.Stored));
        return certificate;
    }

    private TimeSpan LimitOf(IssuanceRequest request) => request.Timeout is { } own && own < client.Options.IssuanceTimeout ? own : client.Options.IssuanceTimeout;

    private async Task<IssuedCertificate> BoundedAsync(
        Func<CancellationToken, Task<IssuedCertificate>> work, TimeSpan longest, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(longest, client.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await work(either.Token);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw AcmeProblems.TooLong(client.Options.Host, longest).AsException(e);
        }
    }

    private async Task<IssuedCertificate> IssueSomeAsync(IssuanceRequest request, CancellationToken cancel)
    {
        // A server that refuses one name after the other before it makes an order is asked as often as there are names.
        var (orders, first) = (0, (ProblemException?)null);
        while (true)
        {
            try
            {
                return await client.GuardAsync("the order", token => IssueAsync(request, () => orders++, token), cancel);
            }
            catch (OrderHeldException e)
            {
                throw AcmeProblems.WithFailedNames(e.Cause, request.LeftOut);
            }
            catch (ProblemException e)
            {
                if (orders >= MostOrders || RestOf(request, e) is not { } rest)
                {
                    AcmeProblems.AddLeftOutNames(e, request.LeftOut);
                    if (first is null || !AcmeProblems.AreOfNames(first, e))
                    {
                        throw;
                    }

                    throw AcmeProblems.ToldFirst(first, e);
                }

                first ??= e;

                foreach (var name in rest.LeftOut.Skip(request.LeftOut.Count))
                {
                    progress?.Report(new IssuanceStep(IssuanceStepKind.NameLeftOut, name.Name, name.Words));
                }

                request = rest;
            }
        }
    }

    // Null when the failure names none of the names, and when the others alone would not do.
    private static IssuanceRequest? RestOf(IssuanceRequest request, ProblemException failure)
    {
        var wanted = request.SortedNames();
        var failed = AcmeProblems.FailedNamesOf(failure).Where(name => wanted.Contains(name.Name)).ToList();
        var rest = request.Without(failed);
        rest = rest.Without(TooMany(rest, wanted, failed));
        return failed.Count > 0 && request.TakesRest(rest.SortedNames()) ? rest : null;
    }

    // Of those that come back for a wildcard, what there is no room for.
    private static FailedName[] TooMany(IssuanceRequest rest, IReadOnlyList<string> ordered, IReadOnlyList<FailedName> failed)
    {
        var names = rest.SortedNames();
        var room = (rest.MostNames ?? names.Count) - names.Intersect(ordered).Count();
        return
        [
            .. from name in names.Except(ordered).Skip(room)
            let wildcard = failed.First(each => each.Name == OrderNames.WildcardOf(name))
            select new FailedName(name, wildcard.Code, $"there is no room for it without {wildcard.Name}: {wildcard.Words}"),
        ];
    }

    private async Task<IssuedCertificate> IssueAsync(IssuanceRequest request, Action ordered, CancellationToken cancel)
    {
        var resuming = new OrderResuming(client, journal, request, progress);
        var flow = new OrderFlow(client, journal, solvers, request, history, progress);
        if (await resuming.FindAsync(cancel) is { } resumed)
        {
            try
            {
                return await flow.FinishAsync(resumed, cancel);
            }
            catch (OrderFailedException e)
            {
                // It failed while nobody answered, or its time ran out: not a verdict on the names as they are now.
                progress?.Report(new IssuanceStep(IssuanceStepKind.OrderDropped, Detail: e.Cause.Problem.Found));
            }
        }

        await AskWhetherItMayAsync(cancel);
        try
        {
            var placed = await new OrderPlacing(client, journal, request, progress, AskWhetherItMayAsync).PlaceAsync(resuming.Prepared, cancel);
            ordered();
            return await flow.FinishAsync(placed, cancel);
        }
        catch (OrderFailedException e)
        {
            throw e.Cause;
        }
    }

    private async Task AskWhetherItMayAsync(CancellationToken cancel)
    {
        try
        {
            await (BeforeOrder?.Invoke(cancel) ?? Task.CompletedTask);
        }
        catch (ProblemException e)
        {
            throw new OrderHeldException(e);
        }
    }

    private void ReportSkew()
    {
        if (client.ClockSkew?.Duration() is { } skew && skew > NotableSkew)
        {
            progress?.Report(new IssuanceStep(IssuanceStepKind.ClockSkew, Detail: AcmeProblems.Spoken(skew)));
        }
    }
}
