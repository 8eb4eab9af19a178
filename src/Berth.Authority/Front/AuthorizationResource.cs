using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Berth.Authority.Validation;

namespace Berth.Authority.Front;

/// <summary>Authorizations and their challenges (RFC 8555 §7.5).</summary>
internal sealed class AuthorizationResource(
    IAuthorityStore store, ValidationWork validation, Documents documents, TimeProvider time)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Reads one, or deactivates it (§7.5.2).</summary>
    internal async Task<Reply> ReadAsync(AcmeRequest request, CancellationToken cancel)
    {
        var authorization = await FindAsync(request.Id, request, cancel);
        if (!request.IsPostAsGet)
        {
            await DeactivateAsync(authorization, request, cancel);
            authorization = await FindAsync(request.Id, request, cancel);
        }

        var document = documents.Authorization(authorization, request.Urls, time.GetUtcNow());
        return Reply.Json(document, AcmeJson.Default.Authorization) with { RetryAfter = Wait(authorization) };
    }

    /// <summary>Reads a challenge, or starts it (§7.5.1); reading never validates, and nothing is validated twice.</summary>
    internal async Task<Reply> ChallengeAsync(AcmeRequest request, CancellationToken cancel)
    {
        var authorization = RequireOwn(
            await store.FindAuthorizationOfChallengeAsync(request.Id, cancel) ?? throw Reject.NotFound("There is no such challenge."), request);
        var challenge = authorization.Challenges.Single(one => one.Id == request.Id);
        if (!request.IsPostAsGet)
        {
            RequireObject(request);
            challenge = await StartAsync(challenge, authorization, request, cancel) is { } verdict
                ? verdict.On(challenge)
                : await store.FindChallengeAsync(request.Id, cancel) ?? throw Reject.NotFound("There is no such challenge.");
        }

        return Reply.Json(documents.Challenge(challenge, request.Urls), AcmeJson.Default.Challenge) with
        {
            Links = [Reply.Link(request.Urls.Authorization(authorization.Id), "up")],
            RetryAfter = Wait(challenge),
        };
    }

    private async Task<ChallengeVerdict?> StartAsync(
        ChallengeRecord challenge, AuthorizationRecord authorization, AcmeRequest request, CancellationToken cancel)
    {
        if (challenge.Status != ChallengeStatus.Pending)
        {
            // §8.2: a client that sends its response again asks for the next attempt now.
            validation.Hurry(challenge.Id);
            return null;
        }

        if (authorization.StatusAt(time.GetUtcNow()) is var status && status != AuthorizationStatus.Pending)
        {
            throw Reject.Malformed($"The authorization is {status.ToString().ToLowerInvariant()}; its challenges are closed.");
        }

        return await validation.StartAsync(
            new ValidationTask
            {
                ChallengeId = challenge.Id,
                AccountId = request.Account.Id,
                Name = authorization.Name,
                Type = challenge.Type,
                AccountUrl = request.Urls.Account(request.Account.Id),
                Token = challenge.Token,
                Thumbprint = request.Account.Thumbprint,
            },
            cancel);
    }

    private async Task DeactivateAsync(AuthorizationRecord authorization, AcmeRequest request, CancellationToken cancel)
    {
        if (request.Read(AcmeJson.Default.StatusUpdate).Status != AcmeStatus.Deactivated)
        {
            throw Reject.Malformed("An authorization's status can only be set to 'deactivated'.");
        }

        if (authorization.StatusAt(time.GetUtcNow()) is var status
            && status is not (AuthorizationStatus.Pending or AuthorizationStatus.Valid))
        {
            throw Reject.Malformed($"The authorization is {status.ToString().ToLowerInvariant()} already.");
        }

        var problem = Reject.Document(
            AcmeError.Unauthorized, 403, $"The authorization for {authorization.Name} was deactivated by its account.");
        var error = JsonSerializer.Serialize(problem, AcmeJson.Default.ProblemDocument);
        await store.DeactivateAuthorizationAsync(authorization.Id, error, cancel);
    }

    // §7.5.1: the response to every challenge in use is an object; it is empty today and may hold more one day.
    private static void RequireObject(AcmeRequest request)
    {
        try
        {
            using var payload = JsonDocument.Parse(request.Payload);
            if (payload.RootElement.ValueKind == JsonValueKind.Object)
            {
                return;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw Reject.Malformed("A challenge is started with the payload {}.");
    }

    private async Task<AuthorizationRecord> FindAsync(string id, AcmeRequest request, CancellationToken cancel) =>
        RequireOwn(await store.FindAuthorizationAsync(id, cancel) ?? throw Reject.NotFound("There is no such authorization."), request);

    private static AuthorizationRecord RequireOwn(AuthorizationRecord found, AcmeRequest request) => found.AccountId == request.Account.Id
        ? found
        : throw Reject.Unauthorized("The authorization belongs to another account.");

    private TimeSpan? Wait(AuthorizationRecord authorization) => authorization.Challenges.Select(Wait).FirstOrDefault(wait => wait is not null);

    // §8.2: nothing changes before the next attempt.
    private TimeSpan? Wait(ChallengeRecord challenge) =>
        challenge.Status == ChallengeStatus.Processing ? validation.UntilNext(challenge.Id) ?? Poll : null;
}
