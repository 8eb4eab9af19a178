using System.Collections.Immutable;
using System.Globalization;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Dns;

/// <summary>
/// Answers one of the DNS challenges: finds the zone behind aliases and cuts, has the provider add the record, waits until every
/// authoritative server shows it, and has it removed afterwards. Safe for several threads; one for each provider account, so that
/// changes at one name never meet.
/// </summary>
public sealed class DnsSolver : IChallengeSolver
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(15);

    // For the cleanup by a provider that has just not come to an end.
    private static readonly TimeSpan Reprieve = TimeSpan.FromMinutes(1);

    // An order is given an hour, and the CA is to be asked to look before that is over.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(50);

    // What a provider says, or a resolver, where the zone is another's.
    private static readonly ImmutableArray<ProblemCode> OfZone = [DnsProblems.ZoneNotManaged, DnsProblems.ZoneUnknown, DnsProblems.ProviderRefused];

    private readonly IDnsProvider? _provider;
    private readonly DnsSolverOptions _options;
    private readonly TimeProvider _time;
    private readonly DnsResolver _resolver;
    private readonly Propagation _propagation;
    private readonly NameGates _lasting = new();

    /// <param name="type">
    /// <see cref="ChallengeType.Dns01"/>, <see cref="ChallengeType.DnsAccount01"/> or <see cref="ChallengeType.DnsPersist01"/>.
    /// </param>
    /// <param name="provider">
    /// Who changes the records. Null, for dns-persist-01 alone: the record is made by hand, and only looked for.
    /// </param>
    /// <param name="options">How DNS is looked at.</param>
    /// <param name="time">The clock of all waits.</param>
    public DnsSolver(string type, IDnsProvider? provider, DnsSolverOptions options, TimeProvider time)
    {
        if (!ChallengeType.IsDns(type) || (provider is null && type != ChallengeType.DnsPersist01))
        {
            throw new ArgumentException("No DNS challenge that this provider can answer.", nameof(type));
        }

        (Type, _provider, _options, _time) = (type, provider, options, time);
        _resolver = new DnsResolver(options.Resolvers);
        _propagation = new Propagation(_resolver, options.AuthoritativePort, time);
    }

    /// <inheritdoc/>
    public string Type { get; }

    /// <summary>Whether its provider can change no zone that this machine cannot find.</summary>
    public bool NeedsZone => _provider?.NeedsZone == true;

    private bool Stays => Type == ChallengeType.DnsPersist01;

    /// <inheritdoc/>
    public bool CanProve(ChallengeTask task) => task.Record is not null;

    /// <exception cref="ProblemException">See <see cref="DnsProblems"/>.</exception>
    public async ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        try
        {
            return await PresentAsync(await LocateAsync(task, _options.FollowsAliases, cancel), cancel);
        }
        catch (ProblemException e) when (_options.FollowsAliases && OfZone.Contains(e.Problem.Code))
        {
            // An alias of any name is none of one that has a record.
            if (!await _resolver.IsAliasAsAnyAsync(task.Record!.Name, cancel))
            {
                throw;
            }

            return await PresentAsync(await LocateAsync(task, followsAliases: false, cancel), cancel);
        }
    }

    // A name and its wildcard share one record that stays: the first of them makes it, and the other finds it.
    private Task<IAsyncDisposable> PresentAsync(DnsChange change, CancellationToken cancel) => Stays
        ? _lasting.RunAsync(change.Name, () => StayAsync(change, cancel), cancel)
        : ShowAsync(change, cancel);

    /// <inheritdoc/>
    public async ValueTask WithdrawAsync(ChallengeTask task, CancellationToken cancel)
    {
        if (Stays || task.Record is null)
        {
            return;
        }

        try
        {
            await RemoveAsync(await LocateAsync(task, _options.FollowsAliases, cancel), new CancellationToken(canceled: true));
        }
        catch (ProblemException e)
        {
            Tell(DnsStepKind.NotRemoved, task.Record.Name, task, e.Problem.Found);
        }
    }

    private async Task<IAsyncDisposable> StayAsync(DnsChange change, CancellationToken cancel)
    {
        if (await _propagation.IsSeenAsync(change.Zone, change.Name, text => Proves(text, change), cancel))
        {
            Tell(DnsStepKind.AlreadyThere, change.Name, change.Task);
            return new Standing(null, change, cancel);
        }

        if (_provider is not null)
        {
            return await ShowAsync(change, cancel);
        }

        var there = await _propagation.ValuesAsync(change.Zone, change.Name, cancel);
        var lacks = there.Select(text => PersistentProof.Lack(text, change.Value, _time.GetUtcNow())).OfType<string>().Distinct();
        throw DnsProblems.NoRecord(change.Name, change.Value, [.. lacks]).AsException();
    }

    private bool Proves(string text, DnsChange change) =>
        Stays ? PersistentProof.Lack(text, change.Value, _time.GetUtcNow()) is null : text == change.Value;

    private async Task<IAsyncDisposable> ShowAsync(DnsChange change, CancellationToken cancel)
    {
        var standing = new Standing(Stays ? null : this, change, cancel);
        var (wasAsked, patience) = (false, _options.ChangeTimeout);
        try
        {
            await ChangeAsync(change, AddInTurnAsync, _options.ChangeTimeout, cancel);
            Tell(DnsStepKind.Added, change.Name, change.Task);
            await WaitAsync(change, cancel);
            return standing;
        }
        catch (Exception e) when (wasAsked && MayStand(e))
        {
            if (!Stays)
            {
                Tell(DnsStepKind.NotShown, change.Name, change.Task, (e as ProblemException)?.Problem.Found ?? "it was given up");
                await RemoveAsync(change, cancel, patience);
            }

            throw;
        }

        // Who has waited in vain for one change of an order does not wait for another.
        async ValueTask AddInTurnAsync(DnsChange each, CancellationToken bounded)
        {
            if (each.Task.Hanging?.GetValueOrDefault(_provider!) is { } before)
            {
                throw before.AsException();
            }

            wasAsked = true;
            Tell(DnsStepKind.Adding, each.Name, each.Task, $"{_provider!.Spoken} {Within(_options.ChangeTimeout)}");
            try
            {
                await _provider.AddAsync(each, bounded);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                patience = Reprieve < patience ? Reprieve : patience;
                each.Task.Hanging?.TryAdd(_provider, _provider.TooSlow(AcmeProblems.Spoken(_options.ChangeTimeout)));
                throw;
            }
        }
    }

    // Who may not change the zone has added nothing; of anything else a part may be done.
    private static bool MayStand(Exception failure) => (failure as ProblemException)?.Problem.Code is not { } code
        || (code != DnsProblems.CredentialsRefused && code != DnsProblems.ZoneNotManaged && !code.IsOfSettings);

    private async Task<DnsChange> LocateAsync(ChallengeTask task, bool followsAliases, CancellationToken cancel)
    {
        var (name, value) = task.Record!;
        var target = followsAliases ? await _resolver.TargetOfAsync(name, cancel) : name;
        if (target != name)
        {
            Tell(DnsStepKind.Followed, name, task, Printable.Of(target));
        }

        var zone = _provider?.NeedsZone == false
            ? target
            : await _resolver.ZoneOfAsync(target, cancel)
                ?? throw DnsProblems.NoZone(target, "no resolver told whose it is").AsException();
        return new DnsChange { Name = target, Zone = zone, Value = value, Task = task };
    }

    private async Task WaitAsync(DnsChange change, CancellationToken cancel)
    {
        if (!_options.WaitsForPropagation)
        {
            return;
        }

        // A provider that needs no zone may have put the record elsewhere: behind the alias it asked for, most likely.
        var name = _provider!.NeedsZone ? change.Name : await _resolver.TargetOfAsync(change.Name, cancel);
        if (await _resolver.ZoneOfAsync(name, cancel) is not { } zone)
        {
            Tell(DnsStepKind.NotSeen, name, change.Task, "its zone is not known");
            return;
        }

        var patience = _options.Patience ?? _provider.Patience;
        patience = patience.Timeout > Longest ? patience with { Timeout = Longest } : patience;
        Tell(DnsStepKind.Looking, name, change.Task, Within(patience.Timeout));
        var blind = await _propagation.WaitAsync(zone, name, text => Proves(text, change), patience, cancel);
        Tell(
            blind.Count == 0 ? DnsStepKind.Seen : DnsStepKind.NotSeen,
            name,
            change.Task,
            blind.Count == 0 ? null : Printable.Of(string.Join(", ", blind)));
    }

    private string Within(TimeSpan longest)
    {
        var now = _time.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"since {now:HH:mm:ss} UTC, until {now + longest:HH:mm:ss} UTC at the latest");
    }

    private async Task ChangeAsync(
        DnsChange change, Func<DnsChange, CancellationToken, ValueTask> work, TimeSpan patience, CancellationToken cancel, CancellationToken hurry = default)
    {
        using var farewell = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var hurried = hurry.Register(() => farewell.CancelAfter(Farewell));
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancel, farewell.Token);
        var isTurn = false;
        try
        {
            await _options.Turns.RunAsync(
                _provider!.TurnOf(change),
                async () =>
                {
                    isTurn = true;
                    await BoundedAsync(token => work(change, token), patience, cancel, hurry);
                    return true;
                },
                wait.Token);
        }
        catch (OperationCanceledException e) when (!isTurn && !cancel.IsCancellationRequested)
        {
            throw _provider!.TooSlow($"{AcmeProblems.Spoken(Farewell)} after its record was of no use any more, for another change was under way").AsException(e);
        }
    }

    private static TimeSpan LimitOf(TimeSpan patience, CancellationToken givenUp) => givenUp.IsCancellationRequested && Farewell < patience ? Farewell : patience;

    // From when it is its turn: many may wait for the same name.
    private async Task BoundedAsync(Func<CancellationToken, ValueTask> work, TimeSpan patience, CancellationToken cancel, CancellationToken hurry)
    {
        var longest = LimitOf(patience, hurry);
        using var limit = new CancellationTokenSource(longest, _time);
        await using var hurried = hurry.Register(() => limit.CancelAfter(longest = LimitOf(patience, hurry)));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await work(either.Token);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw _provider!.TooSlow($"{AcmeProblems.Spoken(longest)}{(hurry.IsCancellationRequested ? " after its record was of no use any more" : "")}").AsException(e);
        }
    }

    // Who has given an order up waits for this, and so does who is to be told that it was in vain: for so long.
    private async ValueTask RemoveAsync(DnsChange change, CancellationToken givenUp, TimeSpan? inVain = null)
    {
        var patience = inVain ?? _options.ChangeTimeout;
        try
        {
            await ChangeAsync(change, RemoveInTurnAsync, patience, CancellationToken.None, givenUp);
            Tell(DnsStepKind.Removed, change.Name, change.Task);
        }
        catch (ProblemException e)
        {
            Tell(DnsStepKind.NotRemoved, change.Name, change.Task, e.Problem.Found);
        }

        ValueTask RemoveInTurnAsync(DnsChange each, CancellationToken cancel)
        {
            if (inVain is not null)
            {
                Tell(DnsStepKind.Removing, each.Name, each.Task, $"{_provider!.Spoken} {Within(LimitOf(patience, givenUp))}");
            }

            return _provider!.RemoveAsync(each, cancel);
        }
    }

    private void Tell(DnsStepKind kind, string name, ChallengeTask task, string? detail = null)
    {
        var step = new DnsStep(kind, Printable.Of(name), detail);
        _options.Progress?.Report(step);
        task.Progress?.Report(step);
    }

    private sealed class Standing(DnsSolver? solver, DnsChange change, CancellationToken cancel) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => solver?.RemoveAsync(change, cancel) ?? ValueTask.CompletedTask;
    }
}
