using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Authorizations ahead of any order (RFC 8555 §7.4.1).</summary>
internal sealed class PreAuthorizationResource(
    OrderRules rules, AuthorizationFactory authorizations, IAuthorityStore store, Documents documents, TimeProvider time)
{
    internal async Task<Reply> CreateAsync(AcmeRequest request, CancellationToken cancel)
    {
        var wanted = request.Read(AcmeJson.Default.NewAuthorizationRequest);
        var name = await rules.AcceptAsync(request.Account, wanted, cancel);
        var now = time.GetUtcNow();
        if (await store.FindOpenAuthorizationAsync(request.Account.Id, name, now, cancel) is { } open)
        {
            return Show(open, request, now);
        }

        var made = (await authorizations.MakeAsync(request.Account, [name], now, cancel))[0];
        await store.AddAuthorizationAsync(made, cancel);
        return Show(made, request, now) with { Status = 201 };
    }

    private Reply Show(AuthorizationRecord authorization, AcmeRequest request, DateTimeOffset now) =>
        Reply.Json(documents.Authorization(authorization, request.Urls, now), AcmeJson.Default.Authorization) with
        {
            Location = request.Urls.Authorization(authorization.Id),
        };
}
