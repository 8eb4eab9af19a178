using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Puts a certificate back whose files are damaged, from the copy kept of it: that needs no server. The caller holds the app's certificate.</summary>
public sealed class Restoring(CertificateFiles certificates, LineageFiles lineages, RoutePublisher routes, ILineageEvents events, TimeProvider time)
{
    /// <exception cref="ProblemException">It cannot be written.</exception>
    public void Run(AppName app, CommandOutput output)
    {
        if (certificates.InServiceOf(app) is not { Damage: { IsKept: true } damage, Facts: { } facts } || !lineages.Mend(app))
        {
            return;
        }

        routes.Publish(app);
        Tell(app, damage, facts);
        output.Step($"The certificate of {app} was put back from the copy that is kept of it: {damage.Found}");
        if (certificates.DamageOf(app) is { } still)
        {
            throw LetsEncryptProblems.FilesDamaged(app, still).AsException();
        }
    }

    /// <summary>
    /// As the daemon starts: also what a crash has cut off between the pointer and the files. Whoever calls is at publishing all apps, and publishes this
    /// one, too: from any other thread it would wait for itself.
    /// </summary>
    /// <returns>Whether anything was put back.</returns>
    /// <exception cref="ProblemException">It cannot be written.</exception>
    public bool AtStart(AppName app)
    {
        var before = certificates.InServiceOf(app);
        if (!lineages.Mend(app, isStart: true))
        {
            return false;
        }

        if (before is { Damage: { } damage, Facts: { } facts })
        {
            Tell(app, damage, facts);
        }

        return true;
    }

    private void Tell(AppName app, CertificateDamage damage, CertificateFacts facts)
    {
        events.Publish(new LineageEvent(LineageEventKind.Restored, app, time.GetUtcNow())
        {
            Names = facts.Names,
            Expires = facts.NotAfter,
            Problem = LetsEncryptProblems.FilesMended(app, damage),
        });
    }
}
