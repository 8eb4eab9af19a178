using System.Collections.Concurrent;
using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Asks the server that issued a certificate when it would like it renewed (RFC 9773), and keeps the time chosen in its window beside
/// the certificate's state. A server that gives no answer changes nothing but when it is asked again, and that it is told of.
/// </summary>
public sealed class RenewalAdviser(
    LineageFiles lineages, CertificateFiles certificates, AcmeClients clients, LetsEncryptSettingsStore settings, TimeProvider time, Random random)
{
    /// <summary>After which a server that offers no advice is asked again.</summary>
    public static readonly TimeSpan WhereNoneIsGiven = TimeSpan.FromDays(1);

    private static readonly TimeSpan WhereUnanswered = TimeSpan.FromHours(6);
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _silentUntil = new(StringComparer.Ordinal);

    /// <summary>The caller holds the app's certificate.</summary>
    public async Task AskAsync(AppName app, CancellationToken cancel)
    {
        if (certificates.Facts(app) is { } facts && certificates.Read(app).Chain is { Length: > 0 } chain)
        {
            var before = lineages.ReadState(app).Advice is { } known && known.Serial == facts.Serial ? known : null;
            lineages.WriteAdvice(app, await AskAsync(app, facts.Serial, chain, before, cancel));
        }
    }

    /// <summary>As <see cref="AskAsync(AppName, CancellationToken)"/> for somebody who waits: a server that gives advice is asked, and not waited for long.</summary>
    public async Task AskBrieflyAsync(AppName app, CancellationToken cancel)
    {
        var (state, now) = (lineages.ReadState(app), time.GetUtcNow());
        var server = state.IssuedBy ?? "";
        if (state is { Advice: { CertificateId: null, Unanswered: null } } or { Advice: null, AskAdviceAt: not null } || _silentUntil.GetValueOrDefault(server) > now)
        {
            return;
        }

        using var limit = new CancellationTokenSource(Brief, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            await AskAsync(app, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The daemon asks in its time; the next who waits does not wait for it, too.
            _silentUntil[server] = now + Silence;
        }
        catch (ProblemException)
        {
            // What cannot be kept is asked again.
        }
    }

    private async Task<LineageAdvice> AskAsync(AppName app, string serial, string chain, LineageAdvice? before, CancellationToken cancel)
    {
        try
        {
            var state = lineages.ReadState(app);
            var client = clients.Of(state.IssuedBy ?? settings.Read(app).Servers[0], state.IssuedTo);
            var advice = await client.GetRenewalAdviceAsync(chain, cancel);
            return Of(serial, advice, before);
        }
        catch (ProblemException e)
        {
            return Unanswered(serial, before, AcmeProblems.RetryAfterOf(e) ?? WhereUnanswered, e.Problem);
        }
    }

    private LineageAdvice Unanswered(string serial, LineageAdvice? before, TimeSpan pause, Problem why)
    {
        var now = time.GetUtcNow();
        var plan = before?.Plan?.Unanswered(now, pause);
        return new LineageAdvice
        {
            Serial = serial,
            CertificateId = before?.CertificateId,
            Plan = plan,
            AskAgainAt = plan?.AskAgainAt ?? now + (pause < ShortestPause ? ShortestPause : pause > WhereNoneIsGiven ? WhereNoneIsGiven : pause),
            Unanswered = Printable.Of(why.Found, LineageAdvice.LongestWords),
            UnansweredAt = now,
        };
    }

    private LineageAdvice Of(string serial, RenewalAdvice? advice, LineageAdvice? before)
    {
        var now = time.GetUtcNow();
        if (advice is null)
        {
            return new LineageAdvice { Serial = serial, AskAgainAt = now + WhereNoneIsGiven };
        }

        var plan = RenewalPlan.Of(before?.Plan, advice, now, random);
        return new LineageAdvice { Serial = serial, CertificateId = advice.CertificateId, Plan = plan, AskAgainAt = plan.AskAgainAt };
    }
}
