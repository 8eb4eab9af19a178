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
public sealed class Issuance(
    AcmeClient client, IOrderJournal journal, IReadOnlyList<IChallengeSolver> solvers, IProgress<IssuanceStep>? progress = null)
{
    private static readonly TimeSpan NotableSkew = TimeSpan.FromMinutes(5);

    /// <summary>Runs to the end; the caller bounds the whole with <paramref name="cancel"/>.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="store">
    /// Keeps the certificate; MUST be durable when it returns. The order is forgotten only then.
    /// Called again after a restart in between.
    /// </param>
    /// <param name="cancel">Stops; the order stays in the journal and is resumed.</param>
    /// <exception cref="ProblemException">
    /// See <see cref="AcmeProblems"/>; where <see cref="AcmeProblems.IsTransient"/>, the order was kept for the next run.
    /// </exception>
    public async Task<IssuedCertificate> RunAsync(
        IssuanceRequest request, Func<IssuedCertificate, CancellationToken, ValueTask> store, CancellationToken cancel)
    {
        if (request.Names.Count == 0)
        {
            throw AcmeProblems.NoNames().AsException();
        }

        var certificate = await client.GuardAsync("the order", token => IssueAsync(request, token), cancel);
        ReportSkew();
        await store(certificate, cancel);
        client.Reached(AcmeFailPoints.CertificateStored);
        await journal.ClearAsync(cancel);
        client.Reached(AcmeFailPoints.OrderCleared);
        progress?.Report(new IssuanceStep(IssuanceStepKind.Stored));
        return certificate;
    }

    private async Task<IssuedCertificate> IssueAsync(IssuanceRequest request, CancellationToken cancel)
    {
        var resuming = new OrderResuming(client, journal, request, progress);
        var flow = new OrderFlow(client, journal, solvers, request, progress);
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

        try
        {
            var placed = await new OrderPlacing(client, journal, request, progress).PlaceAsync(resuming.Prepared, cancel);
            return await flow.FinishAsync(placed, cancel);
        }
        catch (OrderFailedException e)
        {
            throw e.Cause;
        }
    }

    private void ReportSkew()
    {
        if (client.Clock.Skew.Duration() is var skew && skew > NotableSkew)
        {
            progress?.Report(new IssuanceStep(IssuanceStepKind.ClockSkew, Detail: AcmeProblems.Spoken(skew)));
        }
    }
}
