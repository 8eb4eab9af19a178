using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Authenticates requests (RFC 8555 §6.2 to §6.5): cheap checks first, the signature last.</summary>
internal sealed class RequestVerifier(IAuthorityStore store, INonces nonces, PathStyle style, Func<string, bool> isOurs)
{
    private readonly KeyCache _keys = new();

    /// <param name="body">The request body.</param>
    /// <param name="signer">What the resource admits.</param>
    /// <param name="call">Where it was sent; its key and payload are filled in here.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task<AcmeRequest> VerifyAsync(
        ReadOnlyMemory<byte> body, Signer signer, RequestTarget call, CancellationToken cancel)
    {
        var (message, header, payload) = JwsReader.Read(body.Span, "request body");
        CheckSigner(header, signer);
        if (header.Url != call.Url)
        {
            throw Reject.Unauthorized(
                $"The request is signed for the URL '{Kernel.Printable.Of(header.Url ?? "", 100)}', but was sent to {call.Url}.");
        }

        // §6.5.2: what is no base64url is no nonce of anybody's.
        if (header.Nonce is { Length: > 0 } nonce && !StrictBase64Url.IsAlphabet(nonce))
        {
            throw Reject.Malformed("The nonce is not base64url without padding.");
        }

        var (isFresh, found) = await LookAsync(header, cancel);
        if (!isFresh)
        {
            throw Reject.BadNonce();
        }

        var account = header.Kid is { } kid ? RequireValid(found, kid) : null;
        var key = account is null ? Import(header.Jwk!) : _keys.Of(account);
        CheckSignature(key, header, message);
        return new AcmeRequest
        {
            Urls = call.Urls,
            Url = call.Url,
            Id = call.Id,
            Cursor = call.Cursor,
            Client = call.Client,
            Payload = payload,
            Key = key,
            SigningAccount = account,
        };
    }

    internal static JwsVerifyingKey Import(JsonWebKey jwk) => JwsVerifyingKey.TryImport(jwk, out var key, out var reason)
        ? key
        : throw Reject.BadPublicKey($"The key in 'jwk' is refused: {reason}.");

    internal static void CheckSignature(JwsVerifyingKey key, JwsHeader header, JwsMessage message)
    {
        if (key.Algorithm != header.Alg)
        {
            throw Reject.BadSignatureAlgorithm($"This key signs with {key.Algorithm}, the header says {header.Alg}.");
        }

        if (!key.Verify(message))
        {
            throw Reject.Malformed("The signature does not match.");
        }
    }

    /// <summary>True when the JWK is the same key, however its members are ordered.</summary>
    internal static bool IsKey(JsonWebKey jwk, JwsVerifyingKey key)
    {
        try
        {
            return jwk.Thumbprint() == key.Thumbprint;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void CheckSigner(JwsHeader header, Signer signer)
    {
        switch (signer)
        {
            case Signer.Account when header.Kid is null:
                throw Reject.Malformed("This resource needs a 'kid', the account's URL, in place of 'jwk'.");
            case Signer.Key when header.Jwk is null:
                throw Reject.Malformed("This resource needs a 'jwk', the key itself, in place of 'kid'.");
        }
    }

    // Both at once, as one way to a database elsewhere is enough for both; but a nonce that is refused at once costs no look at an account.
    private async Task<(bool IsFresh, AccountRecord? Account)> LookAsync(JwsHeader header, CancellationToken cancel)
    {
        var taking = nonces.TryTakeAsync(header.Nonce, cancel).AsTask();
        if (taking.IsCompletedSuccessfully && !await taking)
        {
            return (false, null);
        }

        var finding = header.Kid is { } kid && Urls.AccountIdOf(kid, style, isOurs) is { } id
            ? store.FindAccountAsync(id, cancel)
            : Task.FromResult<AccountRecord?>(null);
        await Task.WhenAll(taking, finding);
        return (await taking, await finding);
    }

    private static AccountRecord RequireValid(AccountRecord? account, string kid) => account switch
    {
        null => throw Reject.AccountDoesNotExist(
            $"There is no account '{Kernel.Printable.Of(kid, 150)}' here; register the key with newAccount."),
        { Status: not AccountStatus.Valid } => throw Deactivated(account),
        _ => account,
    };

    /// <summary>§7.3.6: all further requests of the account are refused with 401.</summary>
    internal static Rejection Deactivated(AccountRecord account) =>
        Reject.Unauthorized($"The account is {account.Status.ToString().ToLowerInvariant()} and stays so; make a new one with another key.", 401);
}
