using System.Text.Json.Serialization;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What Berth remembers of one app's certificate between attempts; on disk, so that a restart forgets nothing.</summary>
public sealed record LineageState
{
    /// <summary>A hand may have written any number.</summary>
    internal const int MostCounted = 1_000_000;

    // Before New, which is made with it.
    private static readonly Dictionary<string, IssuerStanding> Nothing = [];

    public static LineageState New { get; } = new();

    /// <summary>Everything that holds the next attempt back. Those that are over say nothing any more.</summary>
    public IReadOnlyList<LineageGate> Gates { get; init => field = value ?? []; } = [];

    public DateTimeOffset? LastAttempt { get; init; }

    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The success before the last.</summary>
    public DateTimeOffset? SuccessBefore { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init => field = Math.Clamp(value, 0, MostCounted); }

    /// <summary>How many of them have made the daemon's pause longer.</summary>
    public int Pauses { get; init => field = Math.Clamp(value, 0, MostCounted); }

    /// <summary>Why the last attempt failed, word for word; null after a success.</summary>
    public LineageFailure? LastFailure { get; init; }

    /// <summary>Why nothing else is remembered: the file is damaged, and whole again once it is written.</summary>
    [JsonIgnore]
    public LineageFailure? Unreadable { get; init; }

    /// <summary>Why the last attempt ended before any server was asked, for want of a setting: no failure, and over once that is set.</summary>
    public LineageRefusal? Refusal { get; init; }

    /// <summary>Whether the last attempt failed with names that are not on the certificate in service: the next renewal goes without them first.</summary>
    public bool FailedWithMore { get; init; }

    /// <summary>Whether it was the turn without such names near the end: the next is with them. Written before anything is ordered, for a run that is killed sees nothing fail.</summary>
    public bool BeganWithoutMore { get; init; }

    /// <summary>When a certificate was asked for that was not there, and held back before any server was asked: it is to come. Null once one was.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Directory → how that server has done; those that never failed are not listed.</summary>
    public IReadOnlyDictionary<string, IssuerStanding> Issuers { get; init => field = value ?? Nothing; } = Nothing;

    /// <summary>Names left out so that the others have their certificate.</summary>
    public IReadOnlyList<FailingName> Failing { get; init => field = value ?? []; } = [];

    /// <summary>What the server said about renewing the certificate in service.</summary>
    public LineageAdvice? Advice { get; init; }

    /// <summary>When the server is first asked for such advice; null for at once. One that offered none when it issued may later.</summary>
    public DateTimeOffset? AskAdviceAt { get; init; }

    /// <summary>The serial number of the certificate that the last success was about.</summary>
    public string? LastSerial { get; init; }

    /// <summary>The server that issued the certificate in service, as it was set then; revoking goes there, whatever is set now.</summary>
    public string? IssuedBy { get; init; }

    /// <summary>The e-mail of the account it was issued to.</summary>
    public string? IssuedTo { get; init; }

    /// <summary>The URL of that account.</summary>
    public string? IssuedToAccount { get; init; }

    /// <summary>The clock of the server last asked minus this machine's; null when it was not told.</summary>
    public TimeSpan? ClockSkew { get; init; }

    /// <summary>When; null in a state from before this was kept.</summary>
    public DateTimeOffset? ClockSkewAt { get; init; }

    /// <summary>The profile it was ordered with; null for the server's default.</summary>
    public string? Profile { get; init; }

    /// <summary>Until when a name is left out; null for one that is not known to fail.</summary>
    public DateTimeOffset? FailingUntil(string name) => Failing.FirstOrDefault(failing => failing.Name == name)?.RetryAt;

    /// <summary>The state after a failed attempt.</summary>
    public LineageState Failed(Problem problem, DateTimeOffset now, params IReadOnlyList<LineageGate> gates) => this with
    {
        LastAttempt = now,
        Gates = gates,
        Failures = Failures + 1,
        LastFailure = LineageFailure.Of(problem, now),
        Refusal = null,
        AskedAt = null,
    };

    /// <summary>Whether all of it can be used: a file that a hand has edited may hold anything in its lists.</summary>
    internal bool IsWhole =>
        !Gates.Contains(null!) && !Failing.Contains(null!) && !Issuers.Values.Contains(null!) && (ClockSkew ?? default) is { Ticks: > long.MinValue };

    /// <summary>Whether a setting may let it go on: one that was missing, or the limits of its servers.</summary>
    internal bool WaitsForSetting => Refusal is not null || Gates.Any(gate => gate.Kind == GateKind.Limit);

    /// <summary>Whether nothing has gone wrong and nothing is held back.</summary>
    internal bool IsQuiet => LastFailure is null && Refusal is null && Failing.Count == 0 && Gates.Count == 0 && AskedAt is null;

    /// <summary>Whether it tells of that failure, and not of one like it from before; or nobody need be told, for it waits, or is wanted no more.</summary>
    public bool Remembers(Problem problem, DateTimeOffset since)
    {
        return problem.Code == LetsEncryptProblems.HeldBack || problem.Code == LetsEncryptProblems.InServiceReplaced || IsThat(LastFailure) || IsThat(Refusal?.Why);

        bool IsThat(LineageFailure? failure) => failure?.Found == problem.Found && failure.At >= since;
    }

    /// <summary>The same with other words for people.</summary>
    /// <param name="of">Makes the new of the old.</param>
    internal LineageState Worded(Func<string, string> of) => this is { IsQuiet: true, Issuers.Count: 0 } ? this : this with
    {
        LastFailure = LastFailure?.Worded(of),
        Refusal = Refusal is { } refusal ? refusal with { Why = refusal.Why.Worded(of) } : null,
        Gates = [.. Gates.Select(gate => gate with { Reason = of(gate.Reason) })],
        Issuers = Issuers.ToDictionary(pair => pair.Key, pair => pair.Value with { LastFailure = pair.Value.LastFailure.Worded(of) }),
    };

    /// <summary>What of it concerns a certificate for these names from these servers, as they were set: what others failed at is over for it.</summary>
    public LineageState For(IReadOnlyCollection<string> names, IReadOnlyCollection<string> servers)
    {
        var state = this with
        {
            Failing = [.. Failing.Where(failing => names.Contains(failing.Name) && IsSet(failing.Server))],
            Gates = [.. Gates.Where(gate => (gate.Names is null || IsFor(gate, names)) && gate.IsAbout(names))],
        };
        return LastFailure is { } failure && ((failure.Names.Count > 0 && !failure.Names.Any(names.Contains)) || !IsSet(failure.Server)) ? state.Forgotten() : state;

        bool IsSet(string? server) => server is null || servers.Count == 0 || servers.Contains(server);
    }

    /// <summary>Whether a limit has shut it for these names, or for what was left of them where others failed.</summary>
    internal bool IsFor(LineageGate gate, IReadOnlyCollection<string> names) => gate.Names is { } others && AreLeftOf(names, others);

    /// <summary>Whether these are names of those, and the rest of those has failed.</summary>
    /// <param name="names">All.</param>
    /// <param name="left">Some of them.</param>
    /// <param name="gone">Those that failed while the others were ordered; null for none.</param>
    internal bool AreLeftOf(IReadOnlyCollection<string> names, IReadOnlyCollection<string> left, IReadOnlyCollection<string>? gone = null)
    {
        return left.All(names.Contains) && gone?.All(names.Contains) != false && OrderNames.Of(names.Where(name => !HasFailed(name))).All(left.Contains);

        bool HasFailed(string name) => gone?.Contains(name) == true || (!left.Contains(name) && Failing.Any(failing => failing.Name == name));
    }

    /// <summary>Without the waits and failures at servers that are not asked, by their directories.</summary>
    internal LineageState At(IReadOnlyCollection<string> servers) => this is { Gates.Count: 0, Issuers.Count: 0 } ? this : this with
    {
        Gates = [.. Gates.Where(gate => gate.Server is not { } server || servers.Contains(server))],
        Issuers = Issuers.Where(pair => servers.Contains(pair.Key)).ToDictionary(),
    };

    /// <summary>Where a person has ordered at a server although it had paused a name: it says so again where that is not over.</summary>
    internal LineageState Unpaused(string server) => this with { Gates = [.. Gates.Where(gate => gate.Kind != GateKind.Paused || gate.Server != server)] };

    /// <summary>The state once nobody wants what the last attempt failed at.</summary>
    public LineageState Forgotten() => this with { LastFailure = null, Failures = 0, Pauses = 0, Gates = [.. Gates.Where(gate => gate.Kind != GateKind.Backoff)] };

    /// <summary>The state once somebody has installed another by hand: only what was asked for since then counts.</summary>
    public LineageState Ended(DateTimeOffset installed) => (
        LastFailure?.At > installed ? this
        : AskedAt > installed ? Forgotten()
        : Forgotten() with { Failing = [], Gates = [] }) with
    {
        AskedAt = AskedAt > installed ? AskedAt : null,
        Refusal = Refusal?.Why.At > installed ? Refusal : null,
    };

    /// <summary>The state of an attempt that was held back before any server was asked: no failure, only its gates.</summary>
    /// <param name="gates">What holds it back, and what did before.</param>
    /// <param name="askedAt">When it was asked for, where there is no certificate; null for a renewal.</param>
    public LineageState Held(IReadOnlyList<LineageGate> gates, DateTimeOffset? askedAt) => this with { Gates = gates, AskedAt = askedAt };
}
