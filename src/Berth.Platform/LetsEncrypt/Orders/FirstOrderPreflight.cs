using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Preflight;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Looks before a first order where this machine sees what the server will see; tells problems, and leaves out what is certain to fail.</summary>
public sealed class FirstOrderPreflight(CertificatePreflight preflight, PreflightScopes scopes, ChallengeSolvers solvers, OrdersUnderWay underWay) : IPreflight
{
    public async Task<WantedCertificate> CheckAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel, bool isRehearsal = false)
    {
        var findings = await FindAsync(app, scopes.Of(app, wanted), isRehearsal, cancel);
        var stopped = findings.Where(finding => finding.Stops).ToLookup(finding => finding.Subject, StringComparer.Ordinal);
        var good = wanted.Names.Where(name => !stopped.Contains(name.Text)).ToArray();
        if (good.Length == 0)
        {
            var all = stopped.SelectMany(finding => finding).ToArray();
            throw (all[0].AsProblem() with { Details = [.. all.Skip(1).Select(finding => finding.Found)] }).AsException();
        }

        foreach (var about in stopped)
        {
            output.Warn($"{about.Key} is left out: {about.First().Found}");
        }

        // What is wrong with the server, or with this machine's clock, is told by the order itself.
        foreach (var finding in findings.Where(finding => finding is { Level: PreflightLevel.Problem, Stops: false, Subject: not CertificatePreflight.Server }))
        {
            output.Warn(finding.Found.Contains(finding.Subject, StringComparison.Ordinal) ? finding.Found : $"{finding.Subject}: {finding.Found}");
            output.Remedy(finding.Remedy);
        }

        if (!isRehearsal)
        {
            solvers.LeaveDns(app, [.. good.Where(name => findings.Any(finding => finding.LeavesDns && finding.Subject == name.Text))]);
        }

        return wanted with
        {
            Names = good,
            Stopped = [.. stopped.Select(about => new FailedName(about.Key, LetsEncryptProblems.NameNotReady.Id, $"{about.First().Found}. {about.First().Remedy}"))],
        };
    }

    // A program that is not there is seen from here, whoever is asked.
    private async Task<IReadOnlyList<PreflightFinding>> FindAsync(AppName app, PreflightScope scope, bool isRehearsal, CancellationToken cancel)
    {
        if (!scope.DnsDecides)
        {
            return [.. scope.Names.Where(name => NameChecks.IsByDns(scope, name)).Select(name => NameChecks.OfProvider(scope, name)).OfType<PreflightFinding>()];
        }

        using var looking = underWay.Look(app, scope.Directory.Authority, isRehearsal);
        return await preflight.LookAsync(scope, cancel);
    }
}
