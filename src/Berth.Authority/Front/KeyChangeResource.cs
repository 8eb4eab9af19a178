using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Account key rollover (RFC 8555 §7.3.5): the old key signs outside, the new key inside.</summary>
internal sealed class KeyChangeResource(IAuthorityStore store)
{
    internal async Task<Reply> ChangeAsync(AcmeRequest request, CancellationToken cancel)
    {
        var (message, header, payload) = JwsReader.Read(request.Payload, "payload of a key change");
        if (header.Jwk is null)
        {
            throw Reject.Malformed("The inner JWS carries the new key as 'jwk'.");
        }

        if (header.Nonce is not null)
        {
            throw Reject.Malformed("The inner JWS has no nonce.");
        }

        if (header.Url != request.Url)
        {
            throw Reject.Malformed("The inner and the outer JWS must have the same 'url'.");
        }

        using var key = RequestVerifier.Import(header.Jwk);
        RequestVerifier.CheckSignature(key, header, message);
        CheckPayload(payload, request);
        return await SwapAsync(key, request, cancel);
    }

    private static void CheckPayload(byte[] payload, AcmeRequest request)
    {
        var wanted = (request with { Payload = payload }).Read(AcmeJson.Default.KeyChangeRequest);
        if (wanted.Account != request.Urls.Account(request.Account.Id))
        {
            throw Reject.Malformed("'account' in the inner payload is not the account that signed outside.");
        }

        using var old = RequestVerifier.Import(wanted.OldKey);
        if (old.Thumbprint != request.Account.Thumbprint)
        {
            throw Reject.Malformed("'oldKey' in the inner payload is not the account's key.");
        }
    }

    private async Task<Reply> SwapAsync(JwsVerifyingKey key, AcmeRequest request, CancellationToken cancel)
    {
        var jwk = JsonSerializer.Serialize(key.Jwk, AcmeJson.Default.JsonWebKey);
        var account = request.Account;
        var holder = await store.ChangeKeyAsync(account.Id, account.Thumbprint, key.Thumbprint, jwk, cancel);
        if (holder is not null)
        {
            throw new Rejection(Reject.Document(AcmeError.Malformed, 409, "The new key belongs to an account already."))
            {
                Location = request.Urls.Account(holder),
            };
        }

        var changed = account with { Thumbprint = key.Thumbprint, Jwk = jwk };
        return Reply.Json(Documents.Account(changed, request.Urls), AcmeJson.Default.Account) with
        {
            Location = request.Urls.Account(account.Id),
        };
    }
}
