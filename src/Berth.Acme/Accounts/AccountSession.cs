using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Accounts;

/// <summary>
/// One account of one server: opened from the store, registered when new, and once more when the server forgot it.
/// </summary>
internal sealed class AccountSession(
    AcmeConnection connection, AcmeClientOptions options, IAccountStore store, TimeProvider time, Action<string> reached) : IDisposable
{
    private static readonly TimeSpan AgainAfter = TimeSpan.FromHours(1);

    private readonly AccountIdentity _identity = new(options.DirectoryUrl.OriginalString, options.Email?.Text);
    private readonly Registration _registration = new(connection, options);
    private readonly AccountTurns _turns = new(store, options.DirectoryUrl.OriginalString);
    private readonly List<JwsSigningKey> _retired = [];
    private Signer? _signer;
    private volatile bool _isChanging;
    private long? _registeredAgain;

    /// <summary>The account's key and URL; registers when there is none.</summary>
    internal async ValueTask<Signer> OpenAsync(CancellationToken cancel) => _signer ?? await OpenWhenFreeAsync(refused: null, cancel);

    /// <summary>A request of this account; an empty payload is a POST-as-GET.</summary>
    /// <exception cref="AcmeRefusalException">The server answered with an error.</exception>
    /// <param name="url">Where.</param>
    /// <param name="payload">What.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="mayRegister">Whether another is registered where the server has forgotten this one.</param>
    internal async Task<AcmeResponse> PostAsync(string url, ReadOnlyMemory<byte> payload, CancellationToken cancel, bool mayRegister = true)
    {
        var signer = await OpenAsync(cancel);
        try
        {
            return await connection.PostAsync(signer, url, payload, cancel);
        }
        catch (AcmeRefusalException e) when (e.Type == AcmeError.AccountDoesNotExist && mayRegister && MayRegisterAgain(signer))
        {
            signer = await RegisterAgainAsync(signer, cancel);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient && (_isChanging || _signer != signer || e.Type is AcmeError.Malformed or AcmeError.Unauthorized))
        {
            // Its key may have been changed while this was on its way; or, of an account kept under two e-mails, under the other one.
            var changed = await OpenWhenFreeAsync(signer, cancel);
            if (changed == signer)
            {
                throw;
            }

            signer = changed;
        }

        return await connection.PostAsync(signer, url, payload, cancel);
    }

    /// <summary>Runs a change of the account alone, and uses what it leaves.</summary>
    /// <param name="change">Gets the account as stored and its key; returns what replaces them.</param>
    /// <param name="cancel">Ends the wait; the change may have taken effect.</param>
    internal async Task ChangeAsync(
        Func<AccountIdentity, Signer, CancellationToken, Task<Signer?>> change, CancellationToken cancel)
    {
        await OpenAsync(cancel);
        await _turns.RunAsync(() => ChangeInTurnAsync(change, cancel), cancel);
    }

    /// <summary>Changes what is stored while no client opens or changes an account; orders under way end with what they began with.</summary>
    internal Task ChangeStoreAsync(Func<CancellationToken, Task> change, CancellationToken cancel) => _turns.RunAsync(
        async () =>
        {
            await change(cancel);
            return true;
        },
        cancel);

    private async Task<Signer?> ChangeInTurnAsync(Func<AccountIdentity, Signer, CancellationToken, Task<Signer?>> change, CancellationToken cancel)
    {
        // One before it may have ended halfway, and another client may have changed the same account.
        var current = await CurrentAsync(_signer, cancel);
        Signer? changed = null;
        _isChanging = true;
        try
        {
            changed = await change(_identity, current, cancel);
        }
        finally
        {
            // Ended halfway, the account is opened anew from what the store and the CA know.
            if (changed?.Key != current.Key)
            {
                LetGo();
            }

            _signer = changed;
            _isChanging = false;
        }

        return changed;
    }

    private void LetGo()
    {
        if (_signer is { } signer)
        {
            // Requests under way may still sign with it.
            _retired.Add(signer.Key);
            _signer = null;
        }
    }

    public void Dispose()
    {
        _signer?.Key.Dispose();
        _retired.ForEach(key => key.Dispose());
    }

    // Once no change of an account is under way.
    private Task<Signer> OpenWhenFreeAsync(Signer? refused, CancellationToken cancel) => _turns.RunAsync(() => CurrentAsync(refused, cancel), cancel);

    // As the store has it now, where that is another than is doubted.
    private async Task<Signer> CurrentAsync(Signer? doubted, CancellationToken cancel)
    {
        if (doubted is not null && _signer == doubted && await IsReplacedAsync(doubted, cancel))
        {
            LetGo();
        }

        return _signer ??= await LoadOrRegisterAsync(cancel);
    }

    private async Task<bool> IsReplacedAsync(Signer refused, CancellationToken cancel)
    {
        if (options.AccountIsPinned)
        {
            return false;
        }

        if (await store.LoadAsync(_identity, cancel) is not { IsDeactivated: false, NextKeyPem: null } stored)
        {
            return true;
        }

        using var key = ReadKey(stored.KeyPem);
        return key.Thumbprint != refused.Key.Thumbprint;
    }

    /// <summary>Why no account could be opened, as far as can be told without registering one; null where one could.</summary>
    internal async Task<Problem?> WhyNotAsync(CancellationToken cancel) =>
        await store.LoadAsync(_identity, cancel) is { Url: { } url } stored
            ? stored.IsDeactivated ? AcmeProblems.AccountClosed(options.Host, url) : null
            : await _registration.WhyNotAsync(cancel);

    // At once a second time would only fill the CA with accounts; an external binding is most often good for one.
    private bool MayRegisterAgain(Signer forgotten) =>
        !options.AccountIsPinned && options.ExternalAccountBinding is null && (_registeredAgain is not { } before || time.GetElapsedTime(before) > AgainAfter || _signer != forgotten);

    private async Task<Signer> LoadOrRegisterAsync(CancellationToken cancel)
    {
        var stored = await store.LoadAsync(_identity, cancel);
        if (stored is null)
        {
            // The key is kept first: a registration whose answer is lost is found again by it (RFC 8555 §7.3.1).
            using var fresh = JwsSigningKey.Generate();
            stored = new StoredAccount { KeyPem = fresh.ExportPem() };
            await store.SaveAsync(_identity, stored, cancel);
            reached(AcmeFailPoints.AccountKeySaved);
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
        return stored.Url is { } url ? new Signer(key, url) : await RegisterAsync(key, stored, cancel);
    }

    // The last run ended in the middle of a key change: the CA knows which key counts.
    private async Task<Signer> ResolveChangeAsync(StoredAccount stored, string next, string url, CancellationToken cancel)
    {
        var candidate = ReadKey(next);
        if (await _registration.FindAsync(candidate, cancel) == url)
        {
            await store.SaveAsync(_identity, new StoredAccount { KeyPem = next, Url = url }, cancel);
            return new Signer(candidate, url);
        }

        candidate.Dispose();
        await store.SaveAsync(_identity, stored with { NextKeyPem = null }, cancel);
        return new Signer(ReadKey(stored.KeyPem), url);
    }

    private JwsSigningKey ReadKey(string pem)
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

    // Another request, or another client, may have been here first.
    private Task<Signer> RegisterAgainAsync(Signer forgotten, CancellationToken cancel) => _turns.RunAsync(
        async () =>
        {
            if (await CurrentAsync(forgotten, cancel) is var current && current != forgotten)
            {
                return current;
            }

            _registeredAgain = time.GetTimestamp();
            return _signer = await RegisterAsync(forgotten.Key, new StoredAccount { KeyPem = forgotten.Key.ExportPem() }, cancel);
        },
        cancel);

    private async Task<Signer> RegisterAsync(JwsSigningKey key, StoredAccount stored, CancellationToken cancel)
    {
        var (url, isNew) = await _registration.RegisterAsync(key, cancel);
        if (isNew)
        {
            await options.Registered();
        }

        reached(AcmeFailPoints.AccountRegistered);
        await store.SaveAsync(_identity, stored with { Url = url }, cancel);
        reached(AcmeFailPoints.AccountSaved);
        return new Signer(key, url);
    }
}
