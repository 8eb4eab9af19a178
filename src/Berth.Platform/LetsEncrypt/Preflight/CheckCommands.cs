using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary><c>letsencrypt:check</c>.</summary>
public sealed class CheckCommands(
    CertificatePreflight preflight,
    PreflightScopes scopes,
    CertificatePlanner planner,
    LimitsAhead limits,
    LetsEncryptSettingsStore settings,
    LineageFiles lineages,
    ICertificateManager manager,
    AppCatalog apps)
{
    public IEnumerable<Command> All =>
    [
        new("letsencrypt:check", "<app> [--format json]", "Look at what a certificate needs, without asking for one", CheckAsync) { NeedsDaemon = true },
    ];

    private async Task<int> CheckAsync(CommandCall call)
    {
        var words = call.Parse([], ["--format"]);
        var app = apps.Find(words.AtMost(1).At(0));
        var json = ReportRequest.IsJson(words.Value("--format"));
        var findings = await FindAsync(app, call.Cancel);
        if (json)
        {
            call.Output.Line(PreflightLines.AsJson(app, findings, call.Caller));
        }
        else
        {
            PreflightLines.Print(app, findings, call.Output);
        }

        var problems = findings.Count(finding => finding.Level == PreflightLevel.Problem);
        return problems == 0 ? 0 : json ? LetsEncryptProblems.NotReady.ExitStatus : throw LetsEncryptProblems.NotReadyYet(app, problems).AsException();
    }

    private async Task<IReadOnlyList<PreflightFinding>> FindAsync(AppName app, CancellationToken cancel)
    {
        try
        {
            return [.. Unwritable(app), .. Ignored(app), .. await LookAsync(app, planner.Plan(app, needsEmail: false), cancel)];
        }
        catch (ProblemException e) when (e.Problem.Code.IsOfSettings)
        {
            // Until it is mended there is nothing to look at.
            var email = e.Problem.Code != LetsEncryptProblems.EmailMissing && settings.Effective(app, "email") is null ? [Missing(LetsEncryptProblems.NoEmail(app))] : Array.Empty<PreflightFinding>();
            return [.. Unwritable(app), .. e.Problem.Details.Prepend(e.Problem.Found).Select(found => PreflightFinding.Bad("settings", "settings", found, e.Problem.Remedy, stops: true)), .. email];
        }
    }

    private PreflightFinding[] Unwritable(AppName app) => lineages.WhyNotWritable(app) is { } problem ? [PreflightFinding.Bad("files", "disk", problem.Found, problem.Remedy, stops: true)] : [];

    private IEnumerable<PreflightFinding> Ignored(AppName app) => settings.IgnoredGracePeriodOf(app) is { } problem
        ? [PreflightFinding.Note("settings", "settings", $"{problem.Found.TrimEnd('.')}, and does not count", problem.Remedy)]
        : [];

    private async Task<IReadOnlyList<PreflightFinding>> LookAsync(AppName app, WantedCertificate wanted, CancellationToken cancel)
    {
        var ahead = await limits.OfAsync(app, wanted, cancel);
        return
        [
            .. await manager.AskAdviceAsync(app, whenDue: false, cancel) is { } why ? [ToReplace(app, why)] : Array.Empty<PreflightFinding>(),
            .. wanted.Settings.Email is null ? [Missing(LetsEncryptProblems.NoEmail(app))] : Array.Empty<PreflightFinding>(),
            .. wanted.LeftOut.Select(problem => PreflightFinding.Bad("domains", "syntax", problem.Found, problem.Remedy, stops: true)),
            .. wanted.Unusable.Select(problem => PreflightFinding.Note(CertificatePreflight.Server, CertificatePreflight.Server, $"{problem.Found.TrimEnd('.')}: another is asked", problem.Remedy)),
            .. ahead is { Gates.Count: > 0 } ? ahead.AllGates.Select(gate => OfGate(app, gate)) : [],
            .. ahead is { Gates.Count: 0 } ? PassedOver(wanted, ahead) : [],
            .. await LookAsync(app, wanted, ahead, cancel),
        ];
    }

    private static PreflightFinding ToReplace(AppName app, string why) =>
        PreflightFinding.Note(CertificatePreflight.Server, "renewal", $"the certificate in service is {why}", $"`berth letsencrypt:enable {app} --force` gets another now.");

    private static IEnumerable<PreflightFinding> PassedOver(WantedCertificate wanted, ServerToAsk ahead) => ahead.PassedOver is { } why
        ? [PreflightFinding.Note(CertificatePreflight.Server, "limits", why)]
        : wanted.Servers.Where(server => IsHeld(ahead, server)).Select(server => PreflightFinding.Note(
            CertificatePreflight.Server, "limits", $"{server.Directory.Authority} would not be asked instead: {GateWords.OfLast([.. ahead.AllGates.Where(gate => gate.Server == server.Key)]).TrimEnd('.')}"));

    private static bool IsHeld(ServerToAsk ahead, WantedServer server) => ahead.AllGates.Any(gate => gate.Server == server.Key);

    // Of several that are set, one that cannot be asked keeps no other from it.
    private async Task<IReadOnlyList<PreflightFinding>> LookAsync(AppName app, WantedCertificate wanted, ServerToAsk? ahead, CancellationToken cancel)
    {
        var notes = new List<PreflightFinding>();
        var left = new Queue<WantedServer>(ahead is null ? wanted.Servers : wanted.Servers.Where(server => server != ahead.Server && !IsHeld(ahead, server)).Prepend(ahead.Server));
        while (left.Count > 1 && await preflight.WhyNotAskedAsync(ScopeOf(left.Peek()), cancel) is { } why)
        {
            left.Dequeue();
            notes.Add(PreflightFinding.Note(CertificatePreflight.Server, CertificatePreflight.Server, $"{why.Found.TrimEnd('.')}: where that lasts, {left.Peek().Word} is asked", why.Remedy));
        }

        return [.. notes, .. await preflight.LookAsync(ScopeOf(left.Peek()), cancel)];

        PreflightScope ScopeOf(WantedServer server) => scopes.Of(app, wanted, server) with { AsksServer = true };
    }

    internal static PreflightFinding OfGate(AppName app, LineageGate gate) => PreflightFinding.Bad(
        CertificatePreflight.Server,
        "limits",
        GateWords.Of(gate),
        LetsEncryptProblems.ToLift(gate) is { } way ? Sentences.Standing(way, app) : $"Wait until then; `berth letsencrypt:limits {app}` shows what is left.");

    // What is asked of the settings alone is told with the rest, not instead of it.
    private static PreflightFinding Missing(Problem problem) => PreflightFinding.Bad("email", "account", problem.Found, problem.Remedy, stops: true);
}
