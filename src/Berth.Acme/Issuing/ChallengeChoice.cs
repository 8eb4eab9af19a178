using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Which challenge of an authorization is answered, and by whom.</summary>
/// <param name="Challenge">As the CA offered it.</param>
/// <param name="Solver">The first, in the caller's order, that fits.</param>
/// <param name="Task">What it is asked to show.</param>
internal sealed record ChallengeChoice(Challenge Challenge, IChallengeSolver Solver, ChallengeTask Task)
{
    /// <returns>Null when no solver fits; unknown challenge types are passed over.</returns>
    internal static ChallengeChoice? Of(Authorization authorization, IReadOnlyList<IChallengeSolver> solvers, string thumbprint)
    {
        if (authorization.Identifier.Type != Identifier.DnsType
            || !DomainName.TryParse(authorization.Identifier.Value, out var name))
        {
            return null;
        }

        foreach (var solver in solvers)
        {
            var challenge = authorization.Challenges.FirstOrDefault(offered => offered.Type == solver.Type && IsOpen(offered));
            if (challenge is null)
            {
                continue;
            }

            var task = new ChallengeTask
            {
                Type = challenge.Type,
                Name = name.Base,
                IsWildcard = authorization.Wildcard == true,
                Token = challenge.Token!,
                KeyAuthorization = KeyAuthorization.Of(challenge.Token!, thumbprint),
            };
            if (solver.CanProve(task))
            {
                return new ChallengeChoice(challenge, solver, task);
            }
        }

        return null;
    }

    internal static Problem NoneFits(string name, Authorization authorization, IReadOnlyList<IChallengeSolver> solvers) =>
        AcmeProblems.NoSolver(
            name,
            [.. authorization.Challenges.Select(offered => Printable.Of(offered.Type, 40)).Distinct()],
            [.. solvers.Select(solver => solver.Type)]);

    private static bool IsOpen(Challenge challenge) =>
        challenge.Status is AcmeStatus.Pending or AcmeStatus.Processing && KeyAuthorization.IsToken(challenge.Token);
}
