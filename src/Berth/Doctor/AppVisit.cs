using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Berth.Daemon;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Doctor;

/// <summary>Visits an app the way a browser does, at this machine's edge, and verifies the certificate it shows.</summary>
internal sealed class AppVisit(Services services, DaemonRecord? record)
{
    private readonly EdgeVisitor _visitor = new(record);

    public async IAsyncEnumerable<Finding> LookAsync(AppName app)
    {
        foreach (var finding in LookAtFiles(app))
        {
            yield return finding;
        }

        if (await ContainersAsync(app) is { } containers)
        {
            yield return containers;
        }

        var names = Readable(() => services.Domains.DomainsOf(app).Where(name => !name.IsWildcard).ToArray(), []);
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
        foreach (var name in names)
        {
            visits.Add(await VisitAsync(app, name, secure, DoorOf(doors, secure)));
            yield return visits[^1].Answer;
        }

        foreach (var finding in Certificates(app, visits))
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
                findings.Add(Finding.Fail($"its certificate could not be had last time: {failure.Found}", Sentences.Standing(failure.Remedy, app)));
            }
            else if (step.Obstacle is { } why && why.Code != LetsEncryptProblems.DomainsMissing)
            {
                findings.Add(Finding.Warn($"{(step.Action == LineageAction.None ? "a certificate is wanted and cannot be ordered" : "as things are its certificate could not be renewed")}: {Sentences.Inside(why.Found)}", Sentences.Standing(why.Remedy, app)));
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

    private static T Readable<T>(Func<T> read, T otherwise)
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

    /// <summary>Each certificate once, however many names it was shown for; and the names that are on none.</summary>
    private IEnumerable<Finding> Certificates(AppName app, List<Visit> visits)
    {
        foreach (var shown in visits.Where(visit => visit.Certificate is not null).GroupBy(visit => visit.Certificate!.Thumbprint))
        {
            var facts = CertificateFacts.Of(shown.First().Certificate!);
            if (facts.CommonName == EdgeCertificate.Nobodys)
            {
                yield return Finding.Fail(
                    $"no certificate for {string.Join(", ", shown.Select(visit => visit.Name))}: visitors get a warning",
                    $"`berth letsencrypt:status {app}` says what it waits for{(IsHeld(app) ? "" : $"; `berth letsencrypt:enable {app}` asks now")}.");
                continue;
            }

            yield return Finding.Ok($"certificate for {string.Join(", ", facts.Names)}, issued by {facts.Issuer}");
            if (facts.NotAfter > TimeProvider.System.GetUtcNow())
            {
                yield return Trust(app, facts, [.. shown]);
            }

            yield return Next(app, facts);
        }

        if (visits.Count == 0 && services.Certificates.InServiceOf(app) is { Facts: { } kept, Damage: null })
        {
            yield return Finding.Ok($"certificate for {string.Join(", ", kept.Names)}, issued by {kept.Issuer}; not visited, for it has no name but wildcards");
            yield return Next(app, kept);
        }

        if (services.Certificates.DamageOf(app) is null && !services.Certificates.Exists(app) && visits.Count > 0)
        {
            var step = Readable<LineageStep?>(() => services.Manager.NextOf(app), null);
            var waits = step?.At is null ? null : services.Waiting.OfFirst(app);
            yield return Finding.Warn(
                $"{string.Join(", ", visits.Select(visit => visit.Name))} on plain HTTP{(waits is null ? "" : $": {waits}")}",
                waits is null && step?.Obstacle is null && Readable(() => services.Manager.LastFailureOf(app), null) is null ? $"Get a certificate: `berth letsencrypt {app}`." : $"`berth letsencrypt:status {app}` says more.");
        }
    }

    // Whoever asks now is refused, here or by the server.
    private bool IsHeld(AppName app) => Readable<LineageStep?>(() => services.Manager.NextOf(app), null) is { } step
        && step.OfCertificate is { Gate.Kind: GateKind.Limit or GateKind.SetAside or GateKind.RetryAfter } or { Beside.Gate.Kind: GateKind.Limit or GateKind.SetAside or GateKind.RetryAfter };

    private Finding Trust(AppName app, CertificateFacts facts, Visit[] shown)
    {
        string[] uncovered = [.. shown.Where(visit => !CertificateNames.Cover(facts.Names, visit.Name)).Select(visit => visit.Name.Text)];
        return uncovered.Length > 0
            ? Finding.Fail($"not for {string.Join(", ", uncovered)}: visitors get a warning", IsHeld(app) ? $"`berth letsencrypt:status {app}` says what a certificate for all its names waits for." : $"A certificate for all its names comes with `berth letsencrypt:enable {app}`.")
            : shown.FirstOrDefault(visit => visit.Root is not null)?.Root is { } root ? Finding.Ok($"chain verified up to {root}")
            : Finding.Fail(
                "not to be trusted: it ends at a root that this machine does not know, or cannot be verified",
                $"Where visitors know that root all is well; else, for public names, get one from a server that all trust: `berth letsencrypt:set {app} server production`, then `berth letsencrypt:enable {app} --force`.");
    }

    private Finding Next(AppName app, CertificateFacts facts) => facts.NotAfter <= TimeProvider.System.GetUtcNow()
            ? Finding.Fail(Times(app, facts), $"`berth letsencrypt:enable {app}` gets another, `berth certs:add {app} server.crt server.key` installs one of your own.")
        : services.Manager.NextOf(app).OfCertificate.At is not { } at ? Finding.Ok(Times(app, facts))
        : at >= facts.NotAfter ? Finding.Warn($"{Times(app, facts)}, which is too late", $"`berth letsencrypt:status {app}` says why only then; `berth letsencrypt:enable {app}` asks now.")
        : at <= TimeProvider.System.GetUtcNow() && !services.AutoRenewal.IsOn ? Finding.Warn(Times(app, facts), $"It is due, and nobody renews it by itself: `berth letsencrypt:auto-renew {app}`.")
        : Finding.Ok(Times(app, facts));

    private string Times(AppName app, CertificateFacts facts)
    {
        var now = TimeProvider.System.GetUtcNow();
        var next = services.Manager.NextOf(app).OfCertificate;
        var renewal = services.Certificates.IsFromAcme(app)
            ? $"{(next.Action switch { LineageAction.Renew => "next renewal", LineageAction.Restore => "put back from its copy", LineageAction.Resume => "its order gone on with", _ => "next order" })} {Spoken(next.At, now)}"
            : next.At is { } ordered ? $"installed by hand; another is ordered {Spoken(ordered, now)}"
            : "installed by hand, so renewed by hand";
        return facts.NotAfter > now
            ? $"expires {Day(facts.NotAfter)} (in {RemainingTime.Format(facts.NotAfter - now)}), {renewal}"
            : $"EXPIRED on {Day(facts.NotAfter)}: visitors get a warning; {renewal}";
    }

    private string Spoken(DateTimeOffset? at, DateTimeOffset now) =>
        $"{(at > now ? Day(at.Value) : "now")}, {(services.AutoRenewal.IsOn ? "by the daemon itself" : "by hand: letsencrypt:cron-job --add has the daemon do it")}";

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

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
