using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Accounts;

/// <summary>What can happen to an account after its registration: key change, other contact, end.</summary>
internal sealed class AccountChanges(AcmeClient client, IAccountStore store)
{
    private const int Conflict = 409;

    private string Host => client.Options.Host;

    internal async Task<Account> ReadAsync(CancellationToken cancel)
    {
        var account = await client.Account.OpenAsync(cancel);
        return (await client.Account.PostAsync(account.AccountUrl!, default, cancel, mayRegister: false)).Read(AcmeJson.Default.Account);
    }

    /// <summary>Replaces the key (RFC 8555 §7.3.5); both are in the store while it is not known which one counts.</summary>
    internal Task ChangeKeyAsync(KeyType type, CancellationToken cancel) => client.Account.ChangeAsync(
        async (identity, old, token) =>
        {
            if ((await client.Connection.GetDirectoryAsync(token)).KeyChange is null)
            {
                throw AcmeProblems.NoKeyChange(Host).AsException();
            }

            var next = JwsSigningKey.Generate(type);
            await store.SaveAsync(
                identity,
                new StoredAccount { KeyPem = old.Key.ExportPem(), Url = old.AccountUrl, NextKeyPem = next.ExportPem() },
                token);
            client.Reached(AcmeFailPoints.AccountNextKeySaved);
            await SendKeyChangeAsync(old, next, token);
            client.Reached(AcmeFailPoints.AccountKeyChanged);
            await store.SaveAsync(identity, new StoredAccount { KeyPem = next.ExportPem(), Url = old.AccountUrl }, token);
            return new Signer(next, old.AccountUrl);
        },
        cancel);

    /// <summary>Sets the contact (§7.3.2), and keeps the account under its new identity as well.</summary>
    internal Task ChangeContactAsync(EmailAddress? email, CancellationToken cancel) => client.Account.ChangeAsync(
        async (identity, account, token) =>
        {
            var renamed = identity with { Email = email?.Text };
            await EnsureIsFreeAsync(renamed, email, account, token);
            await SendAsync(account, new AccountUpdate { Contact = email is null ? [] : [$"mailto:{email.Text}"] }, token);

            // Under the old one first: it may have been found where another client keeps it, and then nothing would bring it up to date.
            var stored = new StoredAccount { KeyPem = account.Key.ExportPem(), Url = account.AccountUrl };
            await store.SaveAsync(identity, stored, token);
            await store.SaveAsync(renamed, stored, token);
            return account;
        },
        cancel);

    // Its key would be written over.
    private async Task EnsureIsFreeAsync(AccountIdentity renamed, EmailAddress? email, Signer account, CancellationToken cancel)
    {
        if (await store.LoadAsync(renamed, cancel) is { IsDeactivated: false, Url: { } url } && url != account.AccountUrl)
        {
            throw AcmeProblems.ContactTaken(Host, email).AsException();
        }
    }

    /// <summary>Ends the account for good (§7.3.6).</summary>
    internal Task DeactivateAsync(CancellationToken cancel) => client.Account.ChangeAsync(
        async (identity, account, token) =>
        {
            await SendAsync(account, new AccountUpdate { Status = AcmeStatus.Deactivated }, token);
            await store.SaveAsync(
                identity,
                new StoredAccount { KeyPem = account.Key.ExportPem(), Url = account.AccountUrl, IsDeactivated = true },
                token);
            return null;
        },
        cancel);

    private Task<AcmeResponse> SendAsync(Signer account, AccountUpdate update, CancellationToken cancel) =>
        client.Connection.PostAsync(
            account,
            account.AccountUrl!,
            JsonSerializer.SerializeToUtf8Bytes(update, AcmeJson.Default.AccountUpdate),
            cancel);

    private async Task SendKeyChangeAsync(Signer old, JwsSigningKey next, CancellationToken cancel)
    {
        try
        {
            await client.Connection.AtAsync(
                directory => directory.KeyChange,
                directory => SendKeyChangeAsync(old, next, directory.KeyChange ?? throw AcmeProblems.NoKeyChange(Host).AsException(), cancel),
                cancel);
        }
        catch (AcmeRefusalException e) when (e.Response.Status == Conflict)
        {
            throw AcmeProblems.KeyTaken(Host, e.Response.Location).AsException(e);
        }
    }

    private Task<AcmeResponse> SendKeyChangeAsync(Signer old, JwsSigningKey next, string url, CancellationToken cancel)
    {
        var payload = new KeyChangeRequest { Account = old.AccountUrl!, OldKey = old.Key.PublicKey };
        var inner = next.Sign(
            new JwsHeader { Alg = next.Algorithm, Jwk = next.PublicKey, Url = url },
            JsonSerializer.SerializeToUtf8Bytes(payload, AcmeJson.Default.KeyChangeRequest));
        return client.Connection.PostAsync(
            old, url, JsonSerializer.SerializeToUtf8Bytes(inner, AcmeJson.Default.JwsMessage), cancel);
    }
}
