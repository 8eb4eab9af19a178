using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:auto-renew</c>: what the daemon does by itself, done by hand or by a cron job of former times.</summary>
public sealed class AutoRenewCommands(ICertificateManager manager, CertificateFiles certificates, WaitingWords waiting, AppCatalog apps, TimeProvider time)
{
    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:auto-renew", "[<app>]", "Renew certificates that are due", AutoRenewAsync) { NeedsDaemon = true },
    ];

    private async Task<int> AutoRenewAsync(CommandCall call)
    {
        if (call.Parse().AtMost(1).At(0) is { } word)
        {
            var app = apps.Find(word);
            return await RenewIfDueAsync(app, $"Auto-renew {app}...", isOneOfAll: false, call.Output, call.Cancel);
        }

        call.Output.Headline("Auto-renewing all apps...");
        var urgent = apps.List().Select(app => (App: app, At: ExpiryOf(app))).Where(one => one.At is not null).OrderBy(one => one.At).Select(one => one.App).ToArray();
        var failures = await EachInTurn.RunAsync(
            urgent, (app, output) => RenewIfDueAsync(app, $"Enabling letsencrypt for {app}", isOneOfAll: true, output, call.Cancel), call);
        foreach (var app in apps.List().Except(urgent))
        {
            WarnOfFirst(app, call.Output);
        }

        call.Output.Headline("Finished auto-renewal");
        return failures == 0 ? 0 : throw LetsEncryptProblems.SomeFailed().AsException();
    }

    // Null for one that has no certificate of ours, nor is to have one now. One that cannot be read is told of in its turn, and holds up no other.
    private DateTimeOffset? ExpiryOf(AppName app)
    {
        try
        {
            return certificates.IsFromAcme(app) || manager.NextOf(app).IsDue(time.GetUtcNow()) ? certificates.Facts(app)?.NotAfter ?? default : null;
        }
        catch (ProblemException)
        {
            return default(DateTimeOffset);
        }
    }

    // Looked at before, so that nothing waits for what is under way where nothing is due; and once more then, for that may have renewed it, or failed.
    private async Task<int> RenewIfDueAsync(AppName app, string headline, bool isOneOfAll, CommandOutput output, CancellationToken cancel)
    {
        // Who names one may know that its server has revoked it.
        await manager.AskAdviceAsync(app, whenDue: isOneOfAll, cancel);
        var (lines, failure) = (new KeptLines(), manager.LastFailureOf(app));
        if (WhyNot(app, heedsPause: isOneOfAll, new CommandOutput(lines, output.Caller)) is { } status)
        {
            lines.PassTo(output);
            return status;
        }

        return await manager.ObtainUnlessAsync(app, headline, isPatient: isOneOfAll, WhyNotYet, output, cancel);

        int? WhyNotYet()
        {
            if (WhyNot(app, heedsPause: isOneOfAll || manager.LastFailureOf(app)?.At != failure?.At, output) is { } status)
            {
                return status;
            }

            if (isOneOfAll)
            {
                output.Step(NeedOf(app));
            }

            return null;
        }
    }

    /// <param name="app">Whose.</param>
    /// <param name="heedsPause">Whether what failed is left its pause.</param>
    /// <param name="output">Told where nothing is to be renewed.</param>
    /// <returns>The exit status then; null where something is.</returns>
    private int? WhyNot(AppName app, bool heedsPause, CommandOutput output)
    {
        var (facts, fromAcme, damage) = certificates.InServiceOf(app);

        // In this order: what is due at once is due by then.
        var (step, now) = (manager.NextOf(app).OfCertificate, time.GetUtcNow());
        if (!fromAcme && !step.IsDue(now))
        {
            if (!WarnOfFirst(app, output))
            {
                output.Step($"Letsencrypt not enabled for {app}");
            }

            return 0;
        }

        if (damage is null && facts is not null && manager.RenewalOf(app, facts) - now is var left && left >= TimeSpan.FromSeconds(1) && !step.IsDue(now))
        {
            output.Detail($"{app} still has {RemainingTime.Format(left)} left before renewal");
            if (step is { At: { } at } and ({ Action: not LineageAction.Renew } or { Obstacle: not null } or { Gate: not null } or { Beside: not null }))
            {
                output.Detail(output.Caller.AsCalled($"{app}, {waiting.Until(at)}: {WaitingWords.OfStep(app, step, now)}"));
            }

            return 0;
        }

        // Who renews them all means no single one: what failed has its pause. One that was put back by hand stays its while for anyone.
        if (!step.IsDue(now) && step.Gate is { } gate && (heedsPause || IsMeantToStay(gate)))
        {
            output.Detail(output.Caller.AsCalled($"{app}: {GateWords.Of(step, now)}"));
            output.Remedy(gate.Kind == GateKind.Backoff && manager.LastFailureOf(app) is { } failure ? Sentences.Standing(failure.Remedy, app) : null);
            return IsMeantToStay(gate) ? 0 : 1;
        }

        return null;
    }

    private static bool IsMeantToStay(LineageGate gate) => gate.Kind is GateKind.RolledBack or GateKind.JustRenewed;

    private string NeedOf(AppName app) => (certificates.DamageOf(app), manager.NextOf(app).OfCertificate) switch
    {
        ({ } damage, _) => $"{app} needs {(damage.IsKept ? "its certificate put back" : "another certificate")}: {damage.Found}",
        (_, { Action: not LineageAction.Renew, Why: var why }) => $"{app} needs {(certificates.Exists(app) ? "another" : "a")} certificate: {why}",
        _ => $"{app} needs renewal",
    };

    // It is not listed among the certificates, and nobody else would tell of it here.
    private bool WarnOfFirst(AppName app, CommandOutput output)
    {
        if (waiting.OfFirst(app) is not { } words)
        {
            return false;
        }

        output.Warn(output.Caller.AsCalled(words));
        return true;
    }
}
