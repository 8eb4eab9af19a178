using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Berth.Authority.Validation;

namespace Berth.Authority.Policy;

/// <summary>The last look before a certificate is signed: CAA again where the look at it is old, and how long it may last.</summary>
internal sealed class IssuanceGate(ProfilePolicy profiles, Validations validations, IAuthorityStore store, TimeProvider time)
{
    /// <summary>When the order's certificate ends, if it does not say itself.</summary>
    internal DateTimeOffset EndOf(OrderRecord order) =>
        order.NotAfter ?? (order.NotBefore ?? time.GetUtcNow()) + profiles.OfStored(order.Profile).Lifetime;

    /// <returns>Why it must not be signed; null when it may.</returns>
    internal async Task<ProblemDocument?> WhyNotAsync(OrderRecord order, CancellationToken cancel)
    {
        foreach (var id in validations.ChecksCaa ? order.AuthorizationIds : [])
        {
            if (await store.FindAuthorizationAsync(id, cancel) is { } authorization
                && await WhyNotAsync(authorization, cancel) is { } problem)
            {
                return Reject.About(problem, Identifier.Of(authorization.Name));
            }
        }

        return null;
    }

    private async Task<ProblemDocument?> WhyNotAsync(AuthorizationRecord authorization, CancellationToken cancel)
    {
        var proof = authorization.Challenges.FirstOrDefault(challenge => challenge.Status == ChallengeStatus.Valid);
        if (proof is null || proof.Validated > time.GetUtcNow() - CaaCheck.Lifetime)
        {
            return null;
        }

        var target = new ValidationTarget
        {
            Name = authorization.Name,
            Type = proof.Type,
            Token = proof.Token,
            Thumbprint = "",
            AccountUrl = proof.AccountUrl ?? "",
        };
        return (await validations.CheckCaaAsync(target, cancel)).Problem;
    }
}
