using System.Collections;
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

    private readonly AccountIdentity _identity = AccountOpening.IdentityOf(options);
    private readonly AccountOpening _opening = new(new Registration(connection, options), options, store, reached);
    private readonly AccountTurns _turns = new(store, options.DirectoryUrl.OriginalString);
    private readonly List<JwsSigningKey> _retired = [];
    private Signer? _signer;
    private volatile bool _isChanging;
    private long? _registeredAgain;
    private (long At, ProblemException Failure)? _inVain;

    /// <summary>The account's key and URL; registers when there is none.</summary>
    internal async ValueTask<Signer> OpenAsync(CancellationToken cancel) => _signer ?? await SharedAsync(OpenInTurnAsync, time.GetTimestamp(), cancel);

    private async Task<Signer> OpenInTurnAsync(CancellationToken cancel)
    {
        try
        {
            return await KeptAsync(refused: null, cancel) ?? (_signer = await _opening.LoadOrRegisterAsync(cancel));
        }
        catch (RegistrationHeldException e)
        {
            throw e.Cause;
        }
    }

    // Who has waited while another asked for the same account in vain shares that: else many would ask one after the other of a server that hangs.
    private Task<T> SharedAsync<T>(Func<CancellationToken, Task<T>> ask, long since, CancellationToken cancel) => _turns.RunAsync(
        async () =>
        {
            if (_inVain is { } other && other.At > since && _signer is null)
            {
                throw Again(other.Failure);
            }

            try
            {
                return await ask(cancel);
            }
            catch (ProblemException e) when (AcmeProblems.IsTransient(e.Problem.Code))
            {
                _inVain = (time.GetTimestamp(), e);
                throw;
            }
        },
        cancel);

    private static ProblemException Again(ProblemException failure)
    {
        var again = failure.InnerException is { } inner ? failure.Problem.AsException(inner) : failure.Problem.AsException();
        foreach (DictionaryEntry known in failure.Data)
        {
            again.Data[known.Key] = known.Value;
        }

        return again;
    }

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
            if (await RegisterAgainAsync(signer, cancel) is not { } again)
            {
                throw;
            }

            signer = again;
        }
        catch (AcmeRefusalException e) when (!e.IsTransient && (_isChanging || _signer != signer || e.Type is AcmeError.Malformed or AcmeError.Unauthorized))
        {
            // Its key may have been changed while this was on its way; or, of an account kept under two e-mails, under the other one.
            if (await _turns.RunAsync(() => KeptAsync(signer, cancel), cancel) is not { } changed || changed == signer)
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
    internal Task ChangeAsync(Func<AccountIdentity, Signer, CancellationToken, Task<Signer?>> change, CancellationToken cancel) =>
        _turns.RunAsync(() => ChangeInTurnAsync(change, cancel), cancel);

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
        // One before it may have ended halfway, and another client may have changed the same account, or put it aside: none is made to be changed.
        var current = await IsKeptAsync(cancel) && await KeptAsync(_signer, cancel) is { } kept ? kept : throw AcmeProblems.NoAccount(options.Host).AsException();
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

    private async Task<bool> IsKeptAsync(CancellationToken cancel) => await store.LoadAsync(_identity, cancel) is { Url: not null };

    // As the store has it now, where that is another than was refused; null where it has none that is registered, and none is at hand.
    private async Task<Signer?> KeptAsync(Signer? refused, CancellationToken cancel)
    {
        if (refused is not null && _signer == refused && await IsReplacedAsync(refused, cancel))
        {
            LetGo();
        }

        return _signer ??= await IsKeptAsync(cancel) ? await _opening.LoadOrRegisterAsync(cancel) : null;
    }

    private async Task<bool> IsReplacedAsync(Signer refused, CancellationToken cancel)
    {
        if (options.AccountIsPinned)
        {
            return false;
        }

        // What was put aside is replaced by nothing: orders under way end with it.
        if (await store.LoadAsync(_identity, cancel) is not { Url: not null } stored)
        {
            return false;
        }

        if (stored is not { IsDeactivated: false, NextKeyPem: null })
        {
            return true;
        }

        using var key = _opening.ReadKey(stored.KeyPem);
        return key.Thumbprint != refused.Key.Thumbprint;
    }

    /// <inheritdoc cref="AccountOpening.WhyNotAsync"/>
    internal Task<Problem?> WhyNotAsync(CancellationToken cancel) => _opening.WhyNotAsync(cancel);

    // At once a second time would only fill the CA with accounts; an external binding is most often good for one.
    private bool MayRegisterAgain(Signer forgotten) =>
        !options.AccountIsPinned && options.ExternalAccountBinding is null && (_registeredAgain is not { } before || time.GetElapsedTime(before) > AgainAfter || _signer != forgotten);

    /// <summary>Looks for the account of a key whose registration was not answered, and makes none.</summary>
    internal async Task<bool> FindAsync(CancellationToken cancel) => _signer is not null || await SharedAsync(FindInTurnAsync, time.GetTimestamp(), cancel);

    private async Task<bool> FindInTurnAsync(CancellationToken cancel)
    {
        if (await store.LoadAsync(_identity, cancel) is not { Url: null, IsDeactivated: false, IsRefused: false } stored)
        {
            return _signer is not null;
        }

        var key = _opening.ReadKey(stored.KeyPem);
        _signer ??= await _opening.FindLostAsync(key, stored, cancel);
        if (_signer is null)
        {
            key.Dispose();
            await _opening.KeepRefusedAsync(stored, cancel);
        }

        return _signer is not null;
    }

    // Another request, or another client, may have been here first; or the account has been put aside, and nothing is registered in its place.
    private Task<Signer?> RegisterAgainAsync(Signer forgotten, CancellationToken cancel) => _turns.RunAsync(
        async () =>
        {
            var current = await KeptAsync(forgotten, cancel);
            if (current != forgotten)
            {
                return current;
            }

            if (!await IsKeptAsync(cancel))
            {
                return null;
            }

            try
            {
                _signer = await _opening.RegisterAsync(forgotten.Key, new StoredAccount { KeyPem = forgotten.Key.ExportPem() }, isFirst: false, cancel);
                _registeredAgain = time.GetTimestamp();
                return _signer;
            }
            catch (RegistrationHeldException)
            {
                // That it has forgotten the account is what there is to tell.
                return null;
            }
        },
        cancel);
}
