using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Berth.Client;
using Berth.Daemon;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;

namespace Berth.Doctor;

/// <summary>Visits an app the way a browser does, at this machine's edge, and verifies the certificate it shows.</summary>
internal sealed class AppVisit(Services services, StateRoots roots, DaemonRecord? record)
{
    private readonly EdgeVisitor _visitor = new(record);
    private readonly AppCertificate _certificate = new(services);
    private bool _isSilent;

    public async IAsyncEnumerable<Finding> LookAsync(AppName app)
    {
        foreach (var finding in LookAtFiles(app))
        {
            yield return finding;
        }

        if (await AccountAsync(app) is { } account)
        {
            yield return Finding.Warn($"its certificate could not be renewed: {Sentences.Inside(account.Found)}", account.Remedy);
        }

        // What no file tells of, for none can be written.
        if (UnkeptOf(app) is { Length: > 0 } unkept)
        {
            yield return Finding.Fail($"the daemon could do nothing for its certificate: {unkept}", $"`berth letsencrypt:status {app}` says what it waits for.");
        }

        if (await ContainersAsync(app) is { } containers)
        {
            yield return containers;
        }

        var domains = Readable(() => services.Domains.DomainsOf(app), []);
        if (record is null)
        {
            yield return new Finding(FindingGrade.Warn, "it was not visited, for no daemon answers");
            yield break;
        }

        if (!Readable(() => services.Proxy.IsEnabled(app), true))
        {
            yield return Finding.Warn("the proxy is off for it, so nothing of it is served, and it was not visited", $"`berth proxy:enable {app}` turns it on.");
            yield break;
        }

        var doors = Readable(() => services.Routes.DoorsOf(app), EdgePort.Main);
        var secure = services.Certificates.Exists(app) && doors.Any(door => door.Secure);
        if (!secure && services.Certificates.Exists(app))
        {
            yield return Finding.Fail("its certificate is not served: its port map has no https mapping", $"Add one: `berth ports:add {app} https:443:5000`, with the port its process listens at.");
        }

        var visits = new List<Visit>();
        foreach (var name in domains.Where(name => !name.IsWildcard))
        {
            visits.Add(await VisitAsync(app, name, secure, DoorOf(doors, secure)));
            yield return visits[^1].Answer;
        }

        foreach (var finding in _certificate.Look(app, domains, visits))
        {
            yield return finding;
        }

        visits.ForEach(visit => visit.Dispose());
    }

    private List<Finding> LookAtFiles(AppName app)
    {
        var findings = new List<Finding>();
        try
        {
            findings.AddRange(services.Domains.Read(app).Faults.Select(fault => Finding.Fail(fault.Found, fault.Remedy)));
            if (services.Domains.DomainsOf(app).Count == 0)
            {
                findings.Add(Finding.Warn("it has no domains, so nobody can reach it", $"Add one: `berth domains:add {app} www.example.com`."));
            }

            findings.AddRange(services.Config.FaultsFor(app)
                .Select(fault => Finding.Warn(fault, $"Correct or remove that line, then `berth ps:restart {app}`.")));
            if (MayReadRelease(app) && services.Runtime.ObstacleOf(app) is { } obstacle)
            {
                findings.Add(Finding.Fail($"its processes could not be started anew: {obstacle.Found}", obstacle.Remedy));
            }

            if (services.Certificates.InServiceOf(app) is { Damage: { } damage } damaged)
            {
                findings.Add(DamageTo(app, damage, damaged.FromAcme));
            }

            if (services.Manager.NextOf(app) is var step && step.Refusal is { } refusal)
            {
                findings.Add(Finding.Fail($"its certificate cannot be ordered: {Sentences.Inside(refusal.Found)}", refusal.Remedy));
            }
            else if (step.Told(services.Manager.LastFailureOf(app), services.AutoRenewal.IsOn) is { } failure)
            {
                findings.Add(Finding.Fail($"the last order of its certificate failed: {failure.Found}", IsByHand(step) ? Sentences.ThenByHand(failure.Remedy, app) : Sentences.Standing(failure.Remedy, app)));
            }
            else if (step.ObstacleAhead is { } why)
            {
                findings.Add(Finding.Warn(why.Found, Sentences.Standing(why.Remedy, app)));
            }

            findings.AddRange(step.LeftOut.Select(left => Finding.Warn($"left out of its certificate: {Sentences.Inside(left.Found)}", Sentences.Standing(left.Remedy, app))));

            if (services.Waiting.OfClock(app) is { } clock)
            {
                findings.Add(Finding.Warn(clock.Found, clock.Remedy));
            }

            if (RunsAsRoot(app))
            {
                findings.Add(Finding.Warn(
                    "its processes run as root: the folders above its release are closed to other accounts",
                    "Let others pass through each folder above DOKKU_LIB_ROOT (`chmod o+x FOLDER`), or keep DOKKU_LIB_ROOT outside of /root; then `berth ps:restart " + app + "`."));
            }
        }
        catch (ProblemException e)
        {
            findings.Add(Finding.Fail(e.Problem.Found, e.Problem.Remedy));
        }

        return findings;
    }

    // Who has not answered in time once is not waited for again at every app.
    private string? UnkeptOf(AppName app)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = record is null || _isSilent ? null : DaemonAnswer.To(roots, "letsencrypt:status", app.Text, "--letsencrypt-unkept");
        _isSilent |= Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1);
        return answer?.Trim();
    }

    private bool IsByHand(LineageStep step) => !services.AutoRenewal.IsOn || (step.OfCertificate.At is null && !step.GoesOnOnceMended);

    private async Task<Problem?> AccountAsync(AppName app)
    {
        try
        {
            return services.AccountsAhead.KnowsClosed ? await services.AccountsAhead.OfAsync(app, CancellationToken.None) : null;
        }
        catch (ProblemException)
        {
            // Told of already, by the look at the files.
            return null;
        }
    }

    private static Finding DamageTo(AppName app, CertificateDamage damage, bool fromAcme)
    {
        var problem = LetsEncryptProblems.FilesDamaged(app, damage);
        return !fromAcme
            ? Finding.Fail($"its certificate, installed by hand, cannot be served: {damage.Found}", $"Install it again: `berth certs:add {app} server.crt server.key`.")
            : damage.IsKept ? Finding.Warn(problem.Found, problem.Remedy)
            : Finding.Fail(problem.Found, problem.Remedy);
    }

    // A release is its app's own: who asks may be another than who starts it, and their rights say nothing of its.
    private bool MayReadRelease(AppName app)
    {
        try
        {
            return services.Releases.Current(app) is not { } release || Directory.EnumerateFileSystemEntries(services.Releases.FolderOf(app, release)).Any();
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            // The daemon would fare no better.
            return true;
        }
    }

    private bool RunsAsRoot(AppName app) =>
        CurrentUser.IsRoot && services.Releases.Current(app) is { } release && services.Accounts.IsRoots(app, services.Releases.FolderOf(app, release));

    internal static T Readable<T>(Func<T> read, T otherwise)
    {
        try
        {
            return read();
        }
        catch (ProblemException)
        {
            // Told of already, by the look at the files.
            return otherwise;
        }
    }

    /// <summary>An app that a Dokku server started runs on, and is nobody's to mind but its owner's.</summary>
    private async Task<Finding?> ContainersAsync(AppName app)
    {
        if (services.Containers.ContainersOf(app) is not { Count: > 0 } known)
        {
            return null;
        }

        var found = await services.Containers.LookAtAsync(app, CancellationToken.None);
        return found.IsEmpty
            ? Finding.Fail(
                $"none of the {known.Count} containers that Dokku started for it answers",
                $"Deploy it with Berth, or start what Dokku made: docker start {known[0].Id[..12]}")
            : Finding.Warn(
                $"it runs in containers that Dokku started; requests go to {string.Join(", ", found)}, but Berth does not start or stop them",
                "Deploy it with Berth to have it minded: its config, domains and certificate are in use already.");
    }

    // A main one, where the app has it.
    private int DoorOf(IReadOnlyList<EdgePort> doors, bool secure) =>
        doors.Contains(secure ? EdgePort.Https : EdgePort.Http) || !doors.Any(door => door.Secure == secure)
            ? secure ? record!.HttpsPort : record!.HttpPort
            : doors.First(door => door.Secure == secure).Number;

    private async Task<Visit> VisitAsync(AppName app, DomainName name, bool secure, int port)
    {
        var url = string.Create(
            CultureInfo.InvariantCulture, $"{(secure ? "https" : "http")}://{name.UrlHost}{(port is 80 or 443 ? "" : $":{port}")}/");
        X509Certificate2? shown = null;
        string? root = null;
        using var client = _visitor.ClientTo(new IPEndPoint(EdgeVisitor.DoorOf(name), port), certificate => (shown, root) = certificate);
        return new Visit(name, await AskAsync(client, url, app), shown, root);
    }

    private static async Task<Finding> AskAsync(HttpClient client, string url, AppName app)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await client.GetAsync(url);
            var body = await response.Content.ReadAsStringAsync();
            var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
            var answer = $"{url} answered {(int)response.StatusCode} in {took} ms: {Printable.Of(body.Trim(), 120)}";
            return (int)response.StatusCode < 500 ? Finding.Ok(answer) : Finding.Fail(answer, $"See what it says, `berth logs {app}`, and whether it runs, `berth ps:report {app}`.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return Finding.Fail($"{url} does not answer: {e.InnerException?.Message ?? e.Message}", $"See whether it runs, `berth ps:report {app}`, and what the daemon's log says (`journalctl -u berth`, or run/berth.log).");
        }
    }
}
