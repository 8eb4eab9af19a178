using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Berth.Acme.Challenges;
using Berth.Acme.Dns;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Proves every name of an order, several at once; all failures are told together.</summary>
internal sealed class Authorizing(
    AcmeClient client, string orderUrl, IReadOnlyList<IChallengeSolver> solvers, ProofHistory? history, IProgress<IssuanceStep>? progress)
{
    // How long an order of one name is looked at before its authorization is: one that failed may leave it pending.
    private static readonly TimeSpan OrderPatience = TimeSpan.FromSeconds(5);

    internal const int MostAuthorizations = 1000;
    private const int LongestName = 255;

    private readonly ConcurrentBag<NameFailure> _failures = [];
    private readonly ConcurrentBag<ProblemException> _late = [];
    private readonly ConcurrentBag<Exception> _ends = [];
    private readonly ConcurrentDictionary<IDnsProvider, Problem> _hanging = [];
    private readonly Validating _validating = new(client);
    private bool _isAlone;
    private Order? _decided;

    /// <summary>Whether an earlier run may have left records of names that are proved by now.</summary>
    internal bool MayHaveLeft { get; init; }

    private TimeSpan Patience => OrderPatience < client.Options.ValidationTimeout ? OrderPatience : client.Options.ValidationTimeout;

    /// <param name="order">As the server has it.</param>
    /// <param name="names">What was ordered: nothing else is proved.</param>
    /// <param name="cancel">Ends it; answers that are up are taken away.</param>
    /// <returns>The order, where it was seen to be decided meanwhile; null where it was not looked at.</returns>
    /// <exception cref="OrderFailedException">The CA or a solver refused at least one name.</exception>
    internal async Task<Order?> RunAsync(Order order, IEnumerable<string> names, CancellationToken cancel)
    {
        if (order.Authorizations.Count is 0 or > MostAuthorizations)
        {
            throw new OrderFailedException(AcmeProblems.BadResponse(
                client.Options.Host, $"lists {order.Authorizations.Count} authorizations for one order").AsException());
        }

        await AuthorizeAsync(order.Authorizations, names.ToHashSet(StringComparer.Ordinal), cancel);
        if (!_failures.IsEmpty)
        {
            var failures = _failures.OrderBy(failure => failure.Name, StringComparer.Ordinal).ToList();
            throw new OrderFailedException(AcmeProblems.ValidationFailed(client.Options.Host, failures));
        }

        if (_ends.TryPeek(out var end))
        {
            ExceptionDispatchInfo.Throw(end);
        }

        if (_late.TryPeek(out var late))
        {
            throw late;
        }

        return _decided;
    }

    private async Task AuthorizeAsync(IReadOnlyList<string> urls, HashSet<string> ordered, CancellationToken cancel)
    {
        _isAlone = urls.Count == 1;
        if (_isAlone)
        {
            await AuthorizeAsync(urls[0], ordered, cancel);
            return;
        }

        var limits = new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelAuthorizations, CancellationToken = cancel };
        await Parallel.ForEachAsync(urls, limits, async (url, token) => await TryAuthorizeAsync(url, ordered, token));
    }

    // The answers of the others stay up while the server may be looking; none is begun any more.
    private async Task TryAuthorizeAsync(string url, HashSet<string> ordered, CancellationToken cancel)
    {
        if (!_ends.IsEmpty)
        {
            return;
        }

        try
        {
            await AuthorizeAsync(url, ordered, cancel);
        }
        catch (Exception e) when (e is AcmeRefusalException or ProblemException)
        {
            _ends.Add(e);
        }
    }

    private async Task AuthorizeAsync(string url, HashSet<string> ordered, CancellationToken cancel)
    {
        var authorization = (await client.Account.PostAsync(url, default, cancel)).Read(AcmeJson.Default.Authorization);
        var name = NameOf(authorization);
        if (!ordered.Contains(name))
        {
            throw new OrderFailedException(AcmeProblems.BadResponse(url, $"is about {name}, which was not ordered").AsException());
        }

        switch (authorization.Status)
        {
            case AcmeStatus.Valid:
                progress?.Report(new IssuanceStep(IssuanceStepKind.AlreadyAuthorized, name));
                await WithdrawAsync(authorization, name, ordered, cancel);
                return;
            case AcmeStatus.Pending:
                await ProveAsync(url, authorization, name, ordered, cancel);
                return;
            default:
                Fail(Refused(name, authorization), IsVerdict(authorization));
                return;
        }
    }

    private async Task WithdrawAsync(Authorization authorization, string name, HashSet<string> ordered, CancellationToken cancel)
    {
        if (MayHaveLeft
            && ChallengeChoice.ProvedBy(authorization, solvers, await client.Account.OpenAsync(cancel), (await client.Connection.GetDirectoryAsync(cancel)).Meta, ordered) is { } choice)
        {
            await choice.Solver.WithdrawAsync(choice.Task with { Progress = new ProofProgress(name, progress) }, cancel);
        }
    }

    private async Task ProveAsync(string url, Authorization authorization, string name, HashSet<string> ordered, CancellationToken cancel)
    {
        var account = await client.Account.OpenAsync(cancel);
        var meta = (await client.Connection.GetDirectoryAsync(cancel)).Meta;
        var sorted = history?.Sort(name, solvers) ?? solvers;
        if (ChallengeChoice.Of(authorization, sorted, account, meta, ordered) is not { } choice)
        {
            Fail(new NameFailure(name, null, null, ChallengeChoice.NoneFits(client.Options.Host, name, authorization, solvers).AsException()));
            return;
        }

        var proof = new ProofProgress(name, progress);
        IAsyncDisposable presented;
        try
        {
            presented = await choice.Solver.PresentAsync(choice.Task with { Progress = proof, Hanging = _hanging }, cancel);
        }
        catch (ProblemException e)
        {
            Fail(new NameFailure(name, null, choice.Task.Type, e));
            return;
        }

        await using (presented)
        {
            // Until a record is seen everywhere the account may have been given another key, with which this one proves nothing.
            if ((await client.Account.OpenAsync(cancel)).Key == account.Key)
            {
                await ShowAsync(url, choice, name, proof, cancel);
                return;
            }
        }

        await ProveAsync(url, authorization, name, ordered, cancel);
    }

    private async Task ShowAsync(string url, ChallengeChoice choice, string name, ProofProgress proof, CancellationToken cancel)
    {
        progress?.Report(new IssuanceStep(IssuanceStepKind.ChallengePresented, name, choice.Task.Type));
        client.Reached(AcmeFailPoints.ChallengePresented);
        try
        {
            await ValidateAsync(url, choice.Challenge, name, proof, cancel);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient && IsOfName(e))
        {
            Fail(new NameFailure(name, e.Document, choice.Task.Type, null));
        }
        catch (ProblemException e) when (e.Problem.Code == AcmeProblems.ValidationTimeout)
        {
            _late.Add(e);
        }
    }

    private async Task ValidateAsync(string url, Challenge challenge, string name, ProofProgress proof, CancellationToken cancel)
    {
        await _validating.BeginAsync(url, challenge, cancel);
        progress?.Report(new IssuanceStep(IssuanceStepKind.Validating, name));
        if (_isAlone && await TryDecideAsync(cancel) is { } order)
        {
            _decided = order;
            Proved(name, challenge);
            return;
        }

        var decided = await _validating.UntilDecidedAsync(url, challenge, name, cancel);
        if (decided.Status == AcmeStatus.Valid)
        {
            Proved(name, challenge);
            return;
        }

        var failure = Refused(name, decided);
        Fail(failure with { ChallengeType = failure.ChallengeType ?? challenge.Type, Unseen = IsOfRecord(failure.Document) ? proof.Unseen : null }, IsVerdict(decided));
    }

    private void Proved(string name, Challenge challenge)
    {
        history?.Succeeded(name, challenge.Type);
        progress?.Report(new IssuanceStep(IssuanceStepKind.Authorized, name));
    }

    // The order has to be seen ready in any case, and with one name that says all; why it failed, or still waits, its authorization tells.
    private async Task<Order?> TryDecideAsync(CancellationToken cancel)
    {
        try
        {
            var order = await client.Polling.TryUntilAsync(
                Polling.Soon, orderUrl, AcmeJson.Default.Order, order => order.Status != AcmeStatus.Pending, Patience, cancel);
            return order is { Status: AcmeStatus.Ready or AcmeStatus.Processing or AcmeStatus.Valid } ? order : null;
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
        {
            return null;
        }
    }

    private void Fail(NameFailure failure, bool isVerdict = false)
    {
        _failures.Add(failure);
        if (failure.ChallengeType is { } type && !WaitsForPerson(failure))
        {
            foreach (var each in failure.Local is null ? [type] : KinOf(type))
            {
                history?.Failed(failure.Name, each, isUnseen: failure.Local is not null);
            }
        }

        progress?.Report(new IssuanceStep(isVerdict ? IssuanceStepKind.ValidationFailed : IssuanceStepKind.NotProved, failure.Name, failure.Words));
    }

    // What fails here, before the CA looks, is the provider of a zone: another record there is no other way.
    private static string[] KinOf(string type) => type is ChallengeType.Dns01 or ChallengeType.DnsAccount01 ? [ChallengeType.Dns01, ChallengeType.DnsAccount01] : [type];

    private static bool IsOfRecord(ProblemDocument? document) => document?.Type is null or AcmeError.Dns or AcmeError.Unauthorized or AcmeError.IncorrectResponse;

    // A proxy's page, an order that is not known and an account that is not are about no name.
    private static bool IsOfName(AcmeRefusalException refusal) =>
        refusal.Type is not (null or AcmeError.AccountDoesNotExist) && refusal.Response.Status != OrderKeeping.NotFound;

    // What the CA counts, as nothing else that can end an authorization.
    private static bool IsVerdict(Authorization authorization) => authorization.Status == AcmeStatus.Invalid;

    // Once the record is there that a person was asked to make, the same type is the one to take.
    private static bool WaitsForPerson(NameFailure failure) =>
        failure.Local?.Problem.Code is { } code && (code == DnsProblems.RecordMissing || code == DnsProblems.AliasMissing);

    internal static NameFailure Refused(string name, Authorization authorization)
    {
        var failed = authorization.Challenges.FirstOrDefault(challenge => challenge.Error is not null);
        var error = failed?.Error ?? new ProblemDocument { Detail = $"The authorization is {authorization.Status}." };
        return new NameFailure(name, error, failed?.Type, null);
    }

    internal static string NameOf(Authorization authorization)
    {
        var value = authorization.Identifier is { Type: Identifier.IpType, Value: var text } && System.Net.IPAddress.TryParse(text, out var address)
            ? address.ToString()
            : authorization.Identifier.Value.TrimEnd('.').ToLowerInvariant();
        return Printable.Of((authorization.Wildcard == true ? "*." : "") + value, LongestName);
    }
}
