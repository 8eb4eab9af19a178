using System.Globalization;
using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What is said of an attempt once it is over.</summary>
public sealed class ObtainLines(LineageReader reader, LineageFiles lineages, OrderRequests requests, RoutePublisher routes, AutoRenewal renewal, TimeProvider time)
{
    private const string NotAgain = "it is not tried again by itself";

    /// <returns>The command's exit status.</returns>
    internal int TellNotAsked(AppName app, WantedCertificate wanted, CommandOutput output)
    {
        // Who has just set another server wonders why it is not asked.
        if (output.OnTerminal && lineages.ReadState(app).IssuedBy is { } by && !wanted.Servers.Any(server => requests.Means(by, server.Key)))
        {
            output.Detail($"It came from {by}, and {wanted.Servers[0].Word} is asked when it is renewed. To ask now: {output.Caller.Program} letsencrypt:enable {app} --force");
        }

        // Nor is one on it that was added just now, and that no certificate could take.
        Problem[] kept = [.. wanted.WildcardsLost(reader.StoredOf(app))];
        return TellLeftOut(app, wanted with { LeftOut = [.. wanted.LeftOut.Where(IsOfMore)] }, [], output);

        bool IsOfMore(Problem problem) => problem.Code == LetsEncryptProblems.NamesTooMany || (problem.Code == LetsEncryptProblems.WildcardNeedsDns && !kept.Contains(problem));
    }

    /// <summary>Says that an attempt which had failed is not made again: who has mended it may think that this was it.</summary>
    internal void TellNotTried(AppName app, CommandOutput output)
    {
        if (reader.ReadOf(app).Stored.State.LastFailure is { } last)
        {
            output.Detail(output.Caller.AsCalled($"What failed last is not tried now: {Sentences.Ended(Printable.Of(Sentences.Inside(last.Found), 600))} `berth letsencrypt:enable {app} --force` tries it."));
        }
    }

    internal void TellDone(AppName app, TimeSpan took, CommandOutput output)
    {
        // A failure says so itself.
        if (lineages.ReadState(app).ClockSkew is { } off && ClockWords.IsWrong(off))
        {
            output.Warn(ClockWords.Of(off));
            output.Remedy(ClockWords.Remedy);
        }

        if (!output.OnTerminal)
        {
            return;
        }

        output.Detail(string.Create(CultureInfo.InvariantCulture, $"Done in {took.TotalSeconds:0.0} s"));
        var names = reader.StoredOf(app).InService?.Names ?? [];
        foreach (var url in routes.UrlsOf(app).Where(IsServed))
        {
            output.Detail(url);
        }

        // A name that was left out has none yet.
        bool IsServed(string url) => !url.StartsWith("https:", StringComparison.Ordinal) || CertificateNames.Cover(names, new Uri(url).DnsSafeHost);
    }

    internal int TellLeftOut(AppName app, WantedCertificate wanted, IReadOnlyList<FailedName> failed, CommandOutput output)
    {
        foreach (var problem in wanted.LeftOut)
        {
            output.Warn(problem.Found);
            output.Remedy(problem.Remedy);
        }

        foreach (var name in failed)
        {
            output.Warn(Sentences.OfName(name.Name, name.Words));
            output.ErrorLine(output.Caller.AsCalled($"       It is tried again {(renewal.IsOn ? "by itself" : $"with `berth letsencrypt:auto-renew {app}`")}; `berth explain {name.Code}` says what mends it."));
        }

        var count = wanted.LeftOut.Count + failed.Count;
        if (count == 0)
        {
            return 0;
        }

        output.Warn(LetsEncryptProblems.SomeLeftOut(app, count).Found);
        return LetsEncryptProblems.NamesLeftOut.ExitStatus;
    }

    /// <summary>As <see cref="TellLeftOut"/>, of a rehearsal.</summary>
    internal static int TellWouldBeLeftOut(WantedCertificate wanted, IReadOnlyList<FailedName> failed, CommandOutput output)
    {
        foreach (var problem in wanted.LeftOut)
        {
            output.Warn($"{Sentences.Ended(problem.Found)} It would be left out.");
            output.Remedy(problem.Remedy);
        }

        foreach (var name in failed)
        {
            output.Warn($"{Sentences.OfName(name.Name, Sentences.Ended(name.Words))} It would be left out.");
            output.ErrorLine(output.Caller.AsCalled($"       `berth explain {name.Code}` says what mends it."));
        }

        return wanted.LeftOut.Count + failed.Count == 0 ? 0 : LetsEncryptProblems.NamesLeftOut.ExitStatus;
    }

    internal void TellFailure(AppName app, Problem problem, bool wasPlanned, CommandOutput output)
    {
        if (wasPlanned && problem.Code != LetsEncryptProblems.InServiceReplaced)
        {
            output.Step("Certificate retrieval failed!");
            TellWhatStays(app, problem, output);
        }

        if (problem.Code == AcmeProblems.RateLimited)
        {
            // The plugin's words, which scripts look for, whatever the server.
            output.Warn("Let's Encrypt rate-limited this request.");
        }
    }

    /// <summary>Says what becomes of an order that its caller, or the daemon's end, has cut off.</summary>
    internal void TellGivenUp(AppName app, CommandOutput output) => output.Warn(output.Caller.AsCalled(
        !lineages.HasOpenOrder(app) ? "No certificate was ordered."
        : $"The order under way is kept: {(renewal.IsOn ? "the daemon goes on with it by itself" : $"`berth letsencrypt:enable {app}` goes on with it")}{(lineages.MarkOf(app).FromAcme ? "" : $", `berth letsencrypt:disable {app}` gives it up")}."));

    private void TellWhatStays(AppName app, Problem problem, CommandOutput output)
    {
        try
        {
            var (stored, step) = reader.ReadOf(app);
            var next = NextTry(problem, step);
            var after = next.Length == 0 ? "" : $"; {next}";
            if (stored is { Damage: null, InService.NotAfter: var expires } && expires > time.GetUtcNow())
            {
                output.Detail($"The certificate in service stays, until {Holds.Time(expires)}{after}");
            }
            else if (lineages.MarkOf(app) is { FromAcme: false, Serial: not null })
            {
                output.Detail($"The certificate that was installed by hand stays{after}");
            }
            else if (next.Length > 0 && problem.Code != LetsEncryptProblems.HeldBack)
            {
                var how = next == NotAgain && Sentences.Standing(problem.Remedy, app) == problem.Remedy ? $"; once it is mended: `berth letsencrypt:enable {app}`" : "";
                output.Detail(output.Caller.AsCalled($"{char.ToUpperInvariant(next[0])}{next[1..]}{how}"));
            }
        }
        catch (ProblemException)
        {
            // What failed is what is to be told, not what cannot be read because of it.
        }
    }

    // What holds an order back says itself whether it is asked again.
    private string NextTry(Problem problem, LineageStep step) =>
        renewal.IsOn && step.OfCertificate.At is { } at ? at > time.GetUtcNow() ? $"the daemon's next try: {Holds.Time(at)}" : "the daemon tries again soon"
        : problem.Code == LetsEncryptProblems.HeldBack || (renewal.IsOn && step.GoesOnOnceMended) ? ""
        : NotAgain;
}
