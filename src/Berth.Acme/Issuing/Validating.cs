using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Has the server look at one challenge, and waits for what it says (RFC 8555 §7.5.1).</summary>
internal sealed class Validating(AcmeClient client)
{
    private static readonly byte[] EmptyObject = "{}"u8.ToArray();

    // Some servers look once, tell what they have seen, and leave the name open for whoever asks again.
    private static readonly TimeSpan LongestOpen = TimeSpan.FromSeconds(30);

    /// <summary>Asks it to look. After a restart it may be looking already, or may just have decided: then it refuses to be asked again.</summary>
    internal async Task BeginAsync(string url, Challenge challenge, CancellationToken cancel)
    {
        if (challenge.Status != AcmeStatus.Pending)
        {
            return;
        }

        try
        {
            await AskToLookAsync(url, challenge.Url, cancel);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
        {
            var authorization = await client.Polling.ReadAsync(url, AcmeJson.Default.Authorization, cancel);
            if (!IsUnderway(authorization, challenge.Url))
            {
                throw;
            }
        }
    }

    private async Task AskToLookAsync(string url, string challengeUrl, CancellationToken cancel)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await client.Account.PostAsync(challengeUrl, EmptyObject, cancel);
                client.Reached(AcmeFailPoints.ChallengeAccepted);
                return;
            }
            catch (Exception e) when (Outage.Is(e) && e is not AcmeRefusalException { AsksToWait: true })
            {
                // It may have arrived, and only its answer got lost: then the CA looks, without telling so before it has.
                if (await client.Polling.TryUntilAsync(
                    Polling.Soon, url, AcmeJson.Default.Authorization, read => IsUnderway(read, challengeUrl), client.Options.OutagePatience, cancel) is not null)
                {
                    return;
                }

                if (!isFirst)
                {
                    throw;
                }
            }
        }
    }

    private static bool IsUnderway(Authorization authorization, string challengeUrl) => authorization.Status != AcmeStatus.Pending
        || authorization.Challenges.Any(known => known.Url == challengeUrl && known.Status != AcmeStatus.Pending);

    /// <returns>The authorization as the server has decided, or, where it leaves that open, with the challenge of which it tells what it has seen.</returns>
    internal async Task<Authorization> UntilDecidedAsync(string url, Challenge challenge, string name, CancellationToken cancel)
    {
        Authorization? last = null;
        long? since = null;
        try
        {
            var decided = await client.Polling.UntilAsync(
                Polling.Soon,
                url,
                AcmeJson.Default.Authorization,
                IsOver,
                client.Options.ValidationTimeout,
                () => AcmeProblems.ValidationSlow(client.Options.Host, name, client.Options.ValidationTimeout),
                cancel);
            return decided.Status == AcmeStatus.Pending ? decided with { Challenges = [Seen(decided)!] } : decided;
        }
        catch (ProblemException e) when (e.Problem.Code == AcmeProblems.ValidationTimeout && last is not null && Seen(last) is { } seen)
        {
            return last with { Challenges = [seen] };
        }

        Challenge? Seen(Authorization read) => read.Challenges.FirstOrDefault(each => each.Url == challenge.Url && each.Error is not null);

        bool IsOver(Authorization read)
        {
            last = read;
            since = Seen(read) is { Status: AcmeStatus.Pending } ? since ?? client.Time.GetTimestamp() : null;
            return read.Status != AcmeStatus.Pending || (since is { } start && client.Time.GetElapsedTime(start) >= LongestOpen);
        }
    }
}
