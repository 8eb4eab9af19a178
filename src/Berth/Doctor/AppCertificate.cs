using System.Globalization;
using Berth.Daemon;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Doctor;

/// <summary>What visitors get for a certificate, and what is next for it.</summary>
internal sealed class AppCertificate(Services services)
{
    public IEnumerable<Finding> Look(AppName app, IReadOnlyList<DomainName> domains, List<Visit> visits) =>
        visits.Count == 0 ? Unvisited(app, domains) : Visited(app, visits);

    // Each certificate once, however many names it was shown for; and the names that are on none.
    private IEnumerable<Finding> Visited(AppName app, List<Visit> visits)
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

        if (services.Certificates.DamageOf(app) is null && !services.Certificates.Exists(app) && visits.Count > 0)
        {
            yield return PlainHttp(app, visits.Select(visit => visit.Name));
        }
    }

    // Any name below a wildcard may be another app's.
    private IEnumerable<Finding> Unvisited(AppName app, IReadOnlyList<DomainName> wildcards)
    {
        if (services.Certificates.InServiceOf(app) is { Facts: { } facts, Damage: null })
        {
            yield return Finding.Ok($"certificate for {string.Join(", ", facts.Names)}, issued by {facts.Issuer}; not visited, for the app has {(wildcards.Count == 0 ? "no domains" : "no name but wildcards")}");
            if (NotCovered(app, facts, wildcards) is { } uncovered)
            {
                yield return uncovered;
            }

            yield return Next(app, facts);
        }
        else if (wildcards.Count > 0 && !services.Certificates.Exists(app))
        {
            yield return PlainHttp(app, wildcards);
        }
    }

    private Finding PlainHttp(AppName app, IEnumerable<DomainName> names)
    {
        var step = AppVisit.Readable<LineageStep?>(() => services.Manager.NextOf(app), null);
        var waits = step?.At is null ? null : services.Waiting.OfFirst(app);
        return Finding.Warn(
            $"{string.Join(", ", names)} on plain HTTP{(waits is null ? "" : $": {waits}")}",
            waits is null && step?.Obstacle is null && AppVisit.Readable(() => services.Manager.LastFailureOf(app), null) is null ? $"Get a certificate: `berth letsencrypt {app}`." : $"`berth letsencrypt:status {app}` says more.");
    }

    // Whoever asks now is refused, here or by the server.
    private bool IsHeld(AppName app) => AppVisit.Readable<LineageStep?>(() => services.Manager.NextOf(app), null) is { } step
        && step.OfCertificate is { Gate.Kind: GateKind.Limit or GateKind.SetAside or GateKind.RetryAfter } or { Beside.Gate.Kind: GateKind.Limit or GateKind.SetAside or GateKind.RetryAfter };

    private Finding? NotCovered(AppName app, CertificateFacts facts, IEnumerable<DomainName> names)
    {
        string[] uncovered = [.. names.Where(name => !CertificateNames.Cover(facts.Names, name)).Select(name => name.Text)];
        return uncovered.Length == 0 ? null : Finding.Fail(
            $"not for {string.Join(", ", uncovered)}: visitors get a warning",
            IsHeld(app) ? $"`berth letsencrypt:status {app}` says what a certificate for all its names waits for." : $"A certificate for all its names comes with `berth letsencrypt:enable {app}`.");
    }

    private Finding Trust(AppName app, CertificateFacts facts, Visit[] shown) => NotCovered(app, facts, shown.Select(visit => visit.Name))
        ?? (shown.FirstOrDefault(visit => visit.Root is not null)?.Root is { } root ? Finding.Ok($"chain verified up to {root}")
            : Finding.Fail(
                "not to be trusted: it ends at a root that this machine does not know, or cannot be verified",
                $"Where visitors know that root all is well; else, for public names, get one from a server that all trust: `berth letsencrypt:set {app} server production`, then `berth letsencrypt:enable {app} --force`."));

    private Finding Next(AppName app, CertificateFacts facts) => facts.NotAfter <= TimeProvider.System.GetUtcNow() ? Finding.Fail(Times(app, facts), $"`berth letsencrypt:enable {app}` gets another, `berth certs:add {app} server.crt server.key` installs one of your own.")
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
}
