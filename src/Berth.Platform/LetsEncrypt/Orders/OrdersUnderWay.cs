using System.Collections.Concurrent;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>
/// How far the orders are that this daemon is at: the last step of each name. What must outlive the process is in the order's journal, and a
/// resumed order asks the server where its challenges stand.
/// </summary>
public sealed class OrdersUnderWay(TimeProvider time)
{
    private const int MostTold = 3;
    private readonly ConcurrentDictionary<AppName, Watched> _orders = new();

    /// <returns>A line for each name, and one for the order; empty when nothing is under way here.</returns>
    public IReadOnlyList<string> LinesOf(AppName app) => _orders.GetValueOrDefault(app)?.Lines ?? [];

    /// <returns>Who is being waited for, since when, and for what, in one sentence; null when nothing is under way here.</returns>
    public string? SentenceOf(AppName app) => _orders.GetValueOrDefault(app)?.Sentence;

    /// <summary>Whether a certificate is being ordered, and not only rehearsed.</summary>
    public bool IsOrdered(AppName app) => _orders.GetValueOrDefault(app) is { IsRehearsal: false };

    internal Watched Watch(AppName app, string server, IProgress<IssuanceStep> next, bool isRehearsal) => Begin(app, server, next, isRehearsal: isRehearsal);

    /// <summary>What is about to be ordered is looked at first: the server, DNS and ports, any of which may keep one waiting.</summary>
    internal IDisposable Look(AppName app, string server, bool isRehearsal) => Begin(app, server, new Progress<IssuanceStep>(), isBefore: true, isRehearsal);

    private Watched Begin(AppName app, string server, IProgress<IssuanceStep> next, bool isBefore = false, bool isRehearsal = false)
    {
        var watched = new Watched(server, time, next, () => _orders.TryRemove(app, out _)) { IsBefore = isBefore, IsRehearsal = isRehearsal };
        _orders[app] = watched;
        return watched;
    }

    internal sealed class Watched(string server, TimeProvider time, IProgress<IssuanceStep> next, Action ended) : IProgress<IssuanceStep>, IDisposable
    {
        // Below it a person has not begun to wonder.
        private static readonly TimeSpan Unremarkable = TimeSpan.FromSeconds(1);

        private readonly ConcurrentDictionary<string, IssuanceStep> _steps = new(StringComparer.Ordinal);
        private readonly DateTimeOffset _since = time.GetUtcNow();

        /// <summary>Whether nothing is ordered yet.</summary>
        public bool IsBefore { get; init; }

        /// <summary>Whether what comes of it is thrown away.</summary>
        public bool IsRehearsal { get; init; }

        public string Sentence => IsBefore ? $"before {What}, {server}, DNS and the ports are being looked at since {Holds.Time(_since)}"
            : _steps.IsEmpty ? $"{server} is being asked since {Holds.Time(_since)} and has not answered yet"
            : $"{What} is under way at {server} since {Holds.Time(_since)}: {StepsInShort}";

        public IReadOnlyList<string> Lines => [.. Steps.Select(Line)];

        private string What => IsRehearsal ? "a rehearsal" : "an order";

        private string StepsInShort =>
            string.Join("; ", Steps.OrderBy(IsProved).Take(MostTold).Select(Line)) + (_steps.Count > MostTold ? $"; and {_steps.Count - MostTold} more" : "");

        private IEnumerable<IssuanceStep> Steps => _steps.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value);

        public void Report(IssuanceStep value)
        {
            _steps[value.Name ?? ""] = value;
            next.Report(value);
        }

        /// <summary>Tells a person who watches, once, where to see what an order waits for that takes its time.</summary>
        public async Task TellOfWaitAsync(Task order, AppName app, CommandOutput output)
        {
            if (!output.OnTerminal)
            {
                return;
            }

            await order.WaitAsync(Unremarkable, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!order.IsCompleted)
            {
                output.Detail($"Under way at {server}; what it waits for: {output.Caller.Program} letsencrypt:status {app}");
            }
        }

        public void Dispose() => ended();

        // What is told first is what is waited for.
        private static bool IsProved(IssuanceStep step) => step.Name is not null
            && step.Kind is IssuanceStepKind.AlreadyAuthorized or IssuanceStepKind.Authorized or IssuanceStepKind.ProofLeft or IssuanceStepKind.NameLeftOut;

        private static string Line(IssuanceStep step) =>
            $"{(step.Name is null ? "order" : step.Name)}: {Spoken(step.Kind)}{(step.Detail is null ? "" : $" ({Printable.Of(step.Detail)})")}";

        // Each may be the last that is known while the server does not answer.
        internal static string Spoken(IssuanceStepKind kind) => kind switch
        {
            IssuanceStepKind.Ordering => "being asked for",
            IssuanceStepKind.OrderCreated => "ordered",
            IssuanceStepKind.OrderResumed => "gone on with",
            IssuanceStepKind.OrderDropped => "an earlier one was given up",
            IssuanceStepKind.ProfileLeftOut => "the server lacks the profile, so it goes without",
            IssuanceStepKind.ReplacesLeftOut => "not taken as a renewal, so it is asked for anew",
            IssuanceStepKind.AlreadyAuthorized => "proved before",
            IssuanceStepKind.Presenting => "its proof is being made visible",
            IssuanceStepKind.Withdrawing => "not proved, and its proof is being taken away again",
            IssuanceStepKind.ProofLeft => "looked at, and its proof stays",
            IssuanceStepKind.ChallengePresented => "its proof is visible",
            IssuanceStepKind.Validating => "the server is looking",
            IssuanceStepKind.Authorized => "proved",
            IssuanceStepKind.ValidationFailed => "refused",
            IssuanceStepKind.NotProved => "not proved",
            IssuanceStepKind.NameLeftOut => "left out",
            IssuanceStepKind.Finalizing => "the certificate is being issued",
            IssuanceStepKind.Issued => "issued, and about to be downloaded",
            IssuanceStepKind.Downloaded => "downloaded",
            IssuanceStepKind.PreferredChainMissing => "issued, and the preferred chain is not to be had",
            IssuanceStepKind.ClockSkew => "the server's clock differs from this machine's",
            IssuanceStepKind.Stored => "in service",
            _ => "changed",
        };
    }
}
