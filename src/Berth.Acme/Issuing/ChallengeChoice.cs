using System.Net;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Authorization = Berth.Acme.Protocol.Authorization;

namespace Berth.Acme.Issuing;

/// <summary>Which challenge of an authorization is answered, and by whom.</summary>
/// <param name="Challenge">As the CA offered it.</param>
/// <param name="Solver">The first, in the caller's order or in that of what has worked, that fits.</param>
/// <param name="Task">What it is asked to show.</param>
internal sealed record ChallengeChoice(Challenge Challenge, IChallengeSolver Solver, ChallengeTask Task)
{
    /// <param name="authorization">What the CA offers.</param>
    /// <param name="solvers">In order of preference.</param>
    /// <param name="account">Whose key proves, and whose URL is in some answers.</param>
    /// <param name="meta">The directory's.</param>
    /// <param name="ordered">All names of the order: a record that stays is made for a name and its wildcard at once.</param>
    /// <returns>Null when no solver fits; unknown challenge types are passed over.</returns>
    internal static ChallengeChoice? Of(
        Authorization authorization, IEnumerable<IChallengeSolver> solvers, Transport.Signer account, DirectoryMeta? meta, IReadOnlySet<string> ordered) =>
        Of(authorization, solvers, account, meta, ordered, IsOpen);

    /// <summary>As <see cref="Of(Authorization, IEnumerable{IChallengeSolver}, Transport.Signer, DirectoryMeta?, IReadOnlySet{string})"/>, for the one that was answered.</summary>
    internal static ChallengeChoice? ProvedBy(
        Authorization authorization, IEnumerable<IChallengeSolver> solvers, Transport.Signer account, DirectoryMeta? meta, IReadOnlySet<string> ordered) =>
        Of(authorization, solvers, account, meta, ordered, challenge => challenge.Status == AcmeStatus.Valid && HasToken(challenge));

    private static ChallengeChoice? Of(
        Authorization authorization, IEnumerable<IChallengeSolver> solvers, Transport.Signer account, DirectoryMeta? meta, IReadOnlySet<string> ordered, Predicate<Challenge> isMeant)
    {
        if (Known(authorization.Identifier) is not { } identifier)
        {
            return null;
        }

        var isWildcard = authorization.Wildcard == true;
        foreach (var solver in solvers)
        {
            if (!ChallengeType.CanProve(solver.Type, identifier, isWildcard))
            {
                continue;
            }

            var challenge = authorization.Challenges.FirstOrDefault(offered => offered.Type == solver.Type && isMeant(offered));
            if (challenge is null)
            {
                continue;
            }

            var coversWildcard = isWildcard || ordered.Contains("*." + identifier.Value);
            if (Recorded(TaskOf(challenge, identifier, isWildcard, account), challenge, account, meta, coversWildcard) is { } task && solver.CanProve(task))
            {
                return new ChallengeChoice(challenge, solver, task);
            }
        }

        return null;
    }

    internal static Problem NoneFits(string server, string name, Authorization authorization, IReadOnlyList<IChallengeSolver> solvers) =>
        authorization.Challenges.FirstOrDefault(offered => !HasToken(offered) && solvers.Any(solver => solver.Type == offered.Type)) is { } broken
            ? AcmeProblems.BadResponse(
                server, $"proves {Printable.Of(name, 60)} by {broken.Type} with the token '{Printable.Of(broken.Token ?? "", 40)}', which is not base64url of 22 characters or more (RFC 8555 §8.3)")
            : AcmeProblems.NoSolver(
                name,
                [.. authorization.Challenges.Select(offered => Printable.Of(offered.Type, 40)).Distinct()],
                [.. solvers.Select(solver => solver.Type)]);

    // Host names as we write them; null for what cannot be proved here.
    private static Identifier? Known(Identifier identifier) => identifier.Type switch
    {
        Identifier.DnsType when DomainName.TryParse(identifier.Value, out var name) => Identifier.Dns(name.Base.Text),
        Identifier.IpType when IPAddress.TryParse(identifier.Value, out var address) => Identifier.Ip(address),
        _ => null,
    };

    private static bool IsOpen(Challenge challenge) =>
        challenge.Status is AcmeStatus.Pending or AcmeStatus.Processing && HasToken(challenge);

    private static bool HasToken(Challenge challenge) =>
        challenge.Type == ChallengeType.DnsPersist01 || KeyAuthorization.IsToken(challenge.Token);

    private static ChallengeTask TaskOf(Challenge challenge, Identifier identifier, bool isWildcard, Transport.Signer account)
    {
        var token = challenge.Type == ChallengeType.DnsPersist01 ? "" : challenge.Token!;
        return new ChallengeTask
        {
            Type = challenge.Type,
            Identifier = identifier,
            IsWildcard = isWildcard,
            Token = token,
            KeyAuthorization = token.Length == 0 ? "" : KeyAuthorization.Of(token, account.Key.Thumbprint),
        };
    }

    // Null for an offer that is malformed.
    private static ChallengeTask? Recorded(ChallengeTask task, Challenge challenge, Transport.Signer account, DirectoryMeta? meta, bool coversWildcard)
    {
        var name = task.Identifier.Value;
        switch (task.Type)
        {
            case ChallengeType.Dns01:
                return task with { Record = new TextRecord("_acme-challenge." + name, task.Dns01Value) };
            case ChallengeType.DnsAccount01:
                return task with
                {
                    Record = new TextRecord($"{AccountLabel.Of(account.AccountUrl!)}._acme-challenge.{name}", task.Dns01Value),
                };
            case ChallengeType.DnsPersist01:
                return PersistentRecord.Of(challenge, meta, name, coversWildcard, account.Key.Thumbprint, account.AccountUrl!) is { } record
                    ? task with { Record = new TextRecord($"{PersistentRecord.Label}.{name}", record.ToString()) }
                    : null;
            default:
                return task;
        }
    }
}
