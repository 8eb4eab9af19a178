using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Limits;
using Berth.Authority.Policy;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Accounts (RFC 8555 §7.3).</summary>
internal sealed class AccountResource(TermsPolicy terms, BindingPolicy bindings, RateLimiter limiter, IAuthorityStore store, TimeProvider time)
{
    private const int PageOfOrders = 100;

    internal async Task<Reply> CreateAsync(AcmeRequest request, CancellationToken cancel)
    {
        var wanted = request.Read(AcmeJson.Default.NewAccountRequest);
        if (await store.FindAccountByKeyAsync(request.Key.Thumbprint, cancel) is { } existing)
        {
            return existing.Status == AccountStatus.Valid
                ? Show(existing, request)
                : throw RequestVerifier.Deactivated(existing);
        }

        if (wanted.OnlyReturnExisting == true)
        {
            throw Reject.AccountDoesNotExist("There is no account with this key.");
        }

        var agreed = wanted.TermsOfServiceAgreed == true;
        terms.RequireAgreement(agreed);
        var binding = await bindings.VerifyAsync(wanted.ExternalAccountBinding, request, cancel);
        await limiter.SpendAccountAsync(request.Client, cancel);
        var account = NewAccount(request.Key, wanted, agreed, binding);
        var stored = await store.AddAccountAsync(account, binding?.MostAccounts, cancel)
            ?? throw Reject.Unauthorized("The key of the external account binding is bound to as many accounts as it may be; ask the operator for another.");
        return Show(stored, request) with { Status = stored.Id == account.Id ? 201 : 200 };
    }

    /// <summary>Reads, updates (§7.3.2) or deactivates (§7.3.6) the account that asks.</summary>
    internal async Task<Reply> UpdateAsync(AcmeRequest request, CancellationToken cancel)
    {
        RequireOwn(request);
        if (request.IsPostAsGet)
        {
            return Show(request.Account, request);
        }

        var wanted = request.Read(AcmeJson.Default.AccountUpdate);
        var updated = request.Account with
        {
            Contacts = wanted.Contact is { } contact ? ContactPolicy.Accept(contact) : request.Account.Contacts,
            TermsAgreed = request.Account.TermsAgreed || wanted.TermsOfServiceAgreed == true,
            Terms = wanted.TermsOfServiceAgreed == true ? terms.Current : request.Account.Terms,
            Status = StatusOf(wanted),
        };
        if (updated != request.Account && !await store.UpdateAccountAsync(updated, cancel))
        {
            throw RequestVerifier.Deactivated(request.Account with { Status = AccountStatus.Deactivated });
        }

        return Show(updated, request);
    }

    /// <summary>Lists the account's orders, a page at a time (§7.1.2.1).</summary>
    internal async Task<Reply> ListOrdersAsync(AcmeRequest request, CancellationToken cancel)
    {
        RequireOwn(request);
        request.RequirePostAsGet();
        var ids = await store.ListOrdersAsync(
            request.Account.Id, request.Cursor, PageOfOrders + 1, time.GetUtcNow(), cancel);
        var page = ids.Take(PageOfOrders).ToList();
        var list = new OrderList { Orders = [.. page.Select(request.Urls.Order)] };
        return Reply.Json(list, AcmeJson.Default.OrderList) with
        {
            Links = ids.Length > PageOfOrders
                ? [Reply.Link($"{request.Urls.Orders(request.Account.Id)}?cursor={page[^1]}", "next")]
                : [],
        };
    }

    private AccountRecord NewAccount(
        JwsVerifyingKey key, NewAccountRequest wanted, bool agreed, BindingKeyRecord? binding) => new()
        {
            Id = Identity.Next(time),
            Thumbprint = key.Thumbprint,
            Jwk = JsonSerializer.Serialize(key.Jwk, AcmeJson.Default.JsonWebKey),
            Status = AccountStatus.Valid,
            Contacts = ContactPolicy.Accept(wanted.Contact ?? []),
            TermsAgreed = agreed,
            Created = time.GetUtcNow(),
            Terms = agreed ? terms.Current : null,
            BindingKey = binding?.Id,
            Binding = binding is null ? null : JsonSerializer.Serialize(wanted.ExternalAccountBinding!, AcmeJson.Default.JwsMessage),
        };

    // §7.3.2: any other status is ignored.
    private static AccountStatus StatusOf(AccountUpdate wanted) =>
        wanted.Status == AcmeStatus.Deactivated ? AccountStatus.Deactivated : AccountStatus.Valid;

    private static void RequireOwn(AcmeRequest request)
    {
        if (request.Id != request.Account.Id)
        {
            throw Reject.Unauthorized("The account in the URL is not the one that signed.");
        }
    }

    private static Reply Show(AccountRecord account, AcmeRequest request) =>
        Reply.Json(Documents.Account(account, request.Urls), AcmeJson.Default.Account) with
        {
            Location = request.Urls.Account(account.Id),
        };
}
