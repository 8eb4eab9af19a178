using System.Collections.Concurrent;
using System.Globalization;
using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// The journey of a certificate: wanted names → order → challenge → checked chain → stored → in service. One at a time for an app; the
/// certificate in service stays until the new one is stored whole.
/// </summary>
public sealed class CertificateManager(
    AppCatalog apps,
    CertificatePlanner planner,
    AcmeClients clients,
    LineageFiles lineages,
    CertificateFiles certificates,
    LetsEncryptSettingsStore settings,
    EdgeServer edge,
    RoutePublisher routes,
    ChallengePort port,
    RetryLadder ladder,
    TimeProvider time) : ICertificateManager
{
    private readonly ConcurrentDictionary<AppName, SemaphoreSlim> _gates = new();

    public async Task<int> ObtainAsync(AppName app, string headline, bool force, CommandOutput output, CancellationToken cancel)
    {
        var gate = GateOf(app);
        await gate.WaitAsync(cancel);
        try
        {
            return await ObtainHeldAsync(app, headline, force, output, cancel);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>As <see cref="ObtainAsync"/> by the daemon itself, unless a command is at it already.</summary>
    public async Task RenewAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        var gate = GateOf(app);
        if (!await gate.WaitAsync(0, cancel))
        {
            return;
        }

        try
        {
            await ObtainHeldAsync(app, $"Auto-renew {app}...", force: false, output, cancel);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>When the daemon should next act for this app by itself; null when it has nothing to do.</summary>
    public DateTimeOffset? NextAttemptOf(AppName app)
    {
        var state = lineages.ReadState(app);
        var facts = certificates.IsFromAcme(app) ? certificates.Facts(app) : null;
        if (facts is null)
        {
            // An order that a crash cut off is gone on with; one that failed waits for its owner.
            return lineages.HasOpenOrder(app) ? Capped(state.NextAttempt) ?? time.GetUtcNow() : null;
        }

        var due = lineages.HasOpenOrder(app) || MissesNames(app, facts) ? time.GetUtcNow() : RenewalOf(app, facts);
        return state.Failures > 0 && Capped(state.NextAttempt) is { } gate && gate > due ? gate : due;
    }

    public DateTimeOffset RenewalOf(AppName app, CertificateFacts facts)
    {
        var grace = settings.GracePeriodOf(app);
        return RenewalTime.Of(facts.NotBefore, facts.NotAfter, grace, grace is null ? Spread(facts.Serial) : 0);
    }

    public LineageFailure? LastFailureOf(AppName app) => lineages.ReadState(app).LastFailure;

    public async Task RevokeAsync(AppName app, CancellationToken cancel)
    {
        var gate = GateOf(app);
        await gate.WaitAsync(cancel);
        try
        {
            await RevokeHeldAsync(app, cancel);
            TakeOff(app);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task DisableAsync(AppName app, CancellationToken cancel)
    {
        var gate = GateOf(app);
        await gate.WaitAsync(cancel);
        try
        {
            TakeOff(app);
        }
        finally
        {
            gate.Release();
        }
    }

    public async Task<IDisposable> HoldAsync(AppName app, CancellationToken cancel)
    {
        var gate = GateOf(app);
        await gate.WaitAsync(cancel);
        return new Held(gate);
    }

    private async Task<int> ObtainHeldAsync(AppName app, string headline, bool force, CommandOutput output, CancellationToken cancel)
    {
        WantedCertificate? wanted = null;
        try
        {
            // A wait may have outlived the app.
            apps.Find(app.Text);
            wanted = planner.Plan(app);
            output.Headline(headline);
            if (!force && IsGood(app, wanted))
            {
                // An order that a crash left after its certificate was stored has done its work.
                await lineages.JournalOf(app).ClearAsync(cancel);
                output.Step($"Certificate is still valid for {app}, skipping certificate request");
                return 0;
            }

            var started = time.GetTimestamp();
            await OrderAsync(app, wanted, output, cancel);
            TellWhere(app, time.GetElapsedTime(started), output);
            return TellLeftOut(app, wanted, output);
        }
        catch (ProblemException e)
        {
            if (wanted is not null)
            {
                output.Step("Certificate retrieval failed!");
            }

            if (e.Problem.Code == AcmeProblems.RateLimited)
            {
                output.Warn("Let's Encrypt rate-limited this request.");
            }

            if (e.Problem.Code != AppProblems.AppUnknown)
            {
                Remember(app, e);
            }

            throw;
        }
    }

    private async Task OrderAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        port.Ensure(app, output);
        output.Step($"Getting letsencrypt certificate for {app} via HTTP-01");
        foreach (var name in wanted.Names)
        {
            output.Detail($" - Domain '{name}'");
        }

        var client = clients.ClientOf(wanted.Directory, wanted.Settings.Email);
        var issuance = new Issuance(client, lineages.JournalOf(app), [new EdgeChallengeSolver(edge)], new IssuanceLines(output));
        await issuance.RunAsync(new IssuanceRequest { Names = wanted.Names }, Store, cancel);

        ValueTask Store(IssuedCertificate issued, CancellationToken _)
        {
            output.Step("Certificate retrieved successfully.");
            output.Step("Installing let's encrypt certificates");
            lineages.Install(app, issued, wanted.AsConfig(), settings.FilesOf(app));
            routes.Publish(app);
            var facts = certificates.Facts(app)!;
            lineages.WriteState(
                app, LineageState.Succeeded(time.GetUtcNow(), RenewalOf(app, facts), wanted.Settings.Server, wanted.Settings.Email?.Text));
            return ValueTask.CompletedTask;
        }
    }

    private void TellWhere(AppName app, TimeSpan took, CommandOutput output)
    {
        if (!output.OnTerminal)
        {
            return;
        }

        output.Detail(string.Create(CultureInfo.InvariantCulture, $"Done in {took.TotalSeconds:0.0} s"));
        foreach (var url in routes.UrlsOf(app))
        {
            output.Detail(url);
        }
    }

    // A gate written under a clock that was wrong, or asked for by a server that means a year, must not let a certificate lapse.
    private DateTimeOffset? Capped(DateTimeOffset? gate)
    {
        var latest = time.GetUtcNow() + RetryLadder.Longest;
        return gate > latest ? latest : gate;
    }

    private static int TellLeftOut(AppName app, WantedCertificate wanted, CommandOutput output)
    {
        if (wanted.LeftOut.Count == 0)
        {
            return 0;
        }

        foreach (var problem in wanted.LeftOut)
        {
            output.Warn(problem.Found);
            output.ErrorLine($"       {problem.Remedy}");
        }

        output.Warn(LetsEncryptProblems.SomeLeftOut(app, wanted.LeftOut.Count).Found);
        return LetsEncryptProblems.NamesLeftOut.ExitStatus;
    }

    private bool IsGood(AppName app, WantedCertificate wanted) =>
        certificates.IsFromAcme(app)
        && certificates.IsWhole(app)
        && certificates.Facts(app) is { } facts
        && wanted.Names.All(name => CertificateNames.Cover(facts.Names, name))
        && RenewalOf(app, facts) > time.GetUtcNow();

    private bool MissesNames(AppName app, CertificateFacts facts)
    {
        try
        {
            return planner.Plan(app).Names.Any(name => !CertificateNames.Cover(facts.Names, name));
        }
        catch (ProblemException)
        {
            // Nothing can be ordered as things are; the certificate in service is renewed when its time comes, and says why not.
            return false;
        }
    }

    private void Remember(AppName app, ProblemException failure)
    {
        var state = lineages.ReadState(app);
        var now = time.GetUtcNow();
        lineages.WriteState(app, state.Failed(failure.Problem, now, now + ladder.Wait(state.Failures, AcmeProblems.RetryAfterOf(failure))));
    }

    private async Task RevokeHeldAsync(AppName app, CancellationToken cancel)
    {
        var state = lineages.ReadState(app);
        var chain = certificates.ReadCertificate(app)!;
        var directory = clients.DirectoryOf(state.IssuedBy ?? settings.Read(app).Server);
        var email = EmailAddress.TryParse(state.IssuedTo, out var address) ? address : null;

        // The certificate's own key needs no account, so it works whatever is set or lost by now.
        await clients.ClientOf(directory, email)
            .RevokeWithKeyAsync(chain, certificates.ReadKey(app)!, RevocationReason.Unspecified, cancel);
    }

    private void TakeOff(AppName app)
    {
        var fromAcme = certificates.IsFromAcme(app);
        lineages.Delete(app);
        if (fromAcme)
        {
            certificates.Remove(app);
        }

        routes.Publish(app);
    }

    private SemaphoreSlim GateOf(AppName app) => _gates.GetOrAdd(app, static _ => new SemaphoreSlim(1, 1));

    // The same certificate always gets the same place in the spread, so its renewal time does not wander.
    private static double Spread(string serial) =>
        ulong.TryParse(serial.AsSpan(Math.Max(0, serial.Length - 8)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var tail)
            ? tail / (double)uint.MaxValue
            : 0;

    private sealed class Held(SemaphoreSlim gate) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                gate.Release();
            }
        }
    }

    private sealed class IssuanceLines(CommandOutput output) : IProgress<IssuanceStep>
    {
        public void Report(IssuanceStep value)
        {
            var line = value.Kind switch
            {
                IssuanceStepKind.OrderResumed => "Going on with the order that was open",
                IssuanceStepKind.OrderDropped => $"The order that was open is of no use any more: {value.Detail}",
                IssuanceStepKind.ValidationFailed => $"{value.Name}: {value.Detail}",
                IssuanceStepKind.ClockSkew => $"This machine's clock differs from the server's by {value.Detail}",
                _ => null,
            };
            if (line is not null)
            {
                output.Detail(line);
            }
        }
    }
}
