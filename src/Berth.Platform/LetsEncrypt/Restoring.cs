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
        output.Step($"The certificate of {app} was put back from the copy that is kept of it: {damage.Found}");
        events.Publish(new LineageEvent(LineageEventKind.Restored, app, time.GetUtcNow())
        {
            Names = facts.Names,
            Expires = facts.NotAfter,
            Problem = LetsEncryptProblems.FilesMended(app, damage),
        });
        if (certificates.DamageOf(app) is { } still)
        {
            throw LetsEncryptProblems.FilesDamaged(app, still).AsException();
        }
    }
}
