using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Accounts;

/// <summary>Opens an account: from the store, from the server where its answer was lost, or by a registration. The caller has the store's turn.</summary>
internal sealed class AccountOpening(Registration registration, AcmeClientOptions options, IAccountStore store, Action<string> reached)
{
    private readonly AccountIdentity _identity = IdentityOf(options);

    /// <summary>What an account is stored by.</summary>
    internal static AccountIdentity IdentityOf(AcmeClientOptions options) => new(options.DirectoryUrl.OriginalString, options.Email?.Text);

    /// <summary>Why no account could be opened, as far as can be told without registering one; null where one could.</summary>
    internal async Task<Problem?> WhyNotAsync(CancellationToken cancel) =>
        await store.LoadAsync(_identity, cancel) is { Url: { } url } stored
            ? stored.IsDeactivated ? AcmeProblems.AccountClosed(options.Host, url) : null
            : await registration.WhyNotAsync(cancel);

    /// <summary>The account as it is stored; registers when there is none.</summary>
    /// <exception cref="RegistrationHeldException">There is none, and none may be asked for.</exception>
    internal async Task<Signer> LoadOrRegisterAsync(CancellationToken cancel)
    {
        var stored = await store.LoadAsync(_identity, cancel);
        if (stored is null)
        {
            return await RegisterNewAsync(cancel);
        }

        if (stored.IsDeactivated)
        {
            throw AcmeProblems.AccountClosed(options.Host, stored.Url ?? "").AsException();
        }

        if (stored is { NextKeyPem: { } next, Url: { } known })
        {
            return await ResolveChangeAsync(stored, next, known, cancel);
        }

        var key = ReadKey(stored.KeyPem);
        return stored.Url is { } url ? new Signer(key, url)
            : await FindLostAsync(key, stored, cancel) ?? await RegisterAsync(key, stored, isFirst: true, cancel);
    }

    /// <summary>The account of a key whose registration was not answered: most often the server has it. Null where it has none.</summary>
    internal async Task<Signer?> FindLostAsync(JwsSigningKey key, StoredAccount stored, CancellationToken cancel) =>
        !stored.IsRefused && await registration.TryFindAsync(key, cancel) is { } found ? await KeepAsync(key, stored, found, cancel) : null;

    private async Task<Signer> RegisterNewAsync(CancellationToken cancel)
    {
        // The key is kept first: a registration whose answer is lost is found again by it (RFC 8555 §7.3.1).
        var key = JwsSigningKey.Generate();
        try
        {
            var stored = new StoredAccount { KeyPem = key.ExportPem() };
            await store.SaveAsync(_identity, stored, cancel);
            reached(AcmeFailPoints.AccountKeySaved);
            return await RegisterAsync(key, stored, isFirst: true, cancel);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    // The last run ended in the middle of a key change: the CA knows which key counts.
    private async Task<Signer> ResolveChangeAsync(StoredAccount stored, string next, string url, CancellationToken cancel)
    {
        var candidate = ReadKey(next);
        if (await registration.IsKeyOfAsync(candidate, url, cancel))
        {
            await store.SaveAsync(_identity, new StoredAccount { KeyPem = next, Url = url }, cancel);
            return new Signer(candidate, url);
        }

        candidate.Dispose();
        await store.SaveAsync(_identity, stored with { NextKeyPem = null }, cancel);
        return new Signer(ReadKey(stored.KeyPem), url);
    }

    internal JwsSigningKey ReadKey(string pem)
    {
        try
        {
            return JwsSigningKey.FromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw AcmeProblems.BadAccountKey(options.Host, e.Message).AsException(e);
        }
    }

    /// <summary>Makes an account of a key that is stored.</summary>
    /// <exception cref="RegistrationHeldException">None may be asked for.</exception>
    internal async Task<Signer> RegisterAsync(JwsSigningKey key, StoredAccount stored, bool isFirst, CancellationToken cancel)
    {
        if (stored.IsRefused)
        {
            stored = stored with { IsRefused = false };
            await store.SaveAsync(_identity, stored, cancel);
        }

        try
        {
            var url = await registration.RegisterAsync(key, isFirst, cancel);
            reached(AcmeFailPoints.AccountRegistered);
            return await KeepAsync(key, stored, url, cancel);
        }
        catch (Exception e) when (isFirst && (e is RegistrationHeldException || Registration.IsRefusal(e)))
        {
            await KeepRefusedAsync(stored, cancel);
            throw;
        }
    }

    /// <summary>Remembers that the server has no account of this key.</summary>
    internal async Task KeepRefusedAsync(StoredAccount stored, CancellationToken cancel)
    {
        try
        {
            await store.SaveAsync(_identity, stored with { IsRefused = true }, cancel);
        }
        catch (ProblemException)
        {
            // Then it is looked for in vain.
        }
    }

    private async Task<Signer> KeepAsync(JwsSigningKey key, StoredAccount stored, string url, CancellationToken cancel)
    {
        await store.SaveAsync(_identity, stored with { Url = url, IsRefused = false }, cancel);
        reached(AcmeFailPoints.AccountSaved);
        return new Signer(key, url);
    }
}
