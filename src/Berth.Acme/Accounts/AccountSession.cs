using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme.Accounts;

/// <summary>
/// One account of one server: opened from the store, registered when new, and once more when the server forgot it.
/// </summary>
internal sealed class AccountSession(
    AcmeConnection connection, AcmeClientOptions options, IAccountStore store, Action<string> reached) : IDisposable
{
    private readonly AccountIdentity _identity = new(options.DirectoryUrl.OriginalString, options.Email?.Text);
    private readonly SemaphoreSlim _gate = new(1);
    private Signer? _signer;

    /// <summary>The account's key and URL; registers when there is none.</summary>
    internal async Task<Signer> OpenAsync(CancellationToken cancel)
    {
        if (_signer is { } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancel);
        try
        {
            return _signer ??= await LoadOrRegisterAsync(cancel);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A request of this account; an empty payload is a POST-as-GET.</summary>
    /// <exception cref="AcmeRefusalException">The server answered with an error.</exception>
    internal async Task<AcmeResponse> PostAsync(string url, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        var signer = await OpenAsync(cancel);
        try
        {
            return await connection.PostAsync(signer, url, payload, cancel);
        }
        catch (AcmeRefusalException e) when (e.Type == AcmeError.AccountDoesNotExist && !options.AccountIsPinned)
        {
            signer = await RegisterAgainAsync(signer, cancel);
        }

        return await connection.PostAsync(signer, url, payload, cancel);
    }

    public void Dispose()
    {
        _signer?.Key.Dispose();
        _gate.Dispose();
    }

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

        var key = ReadKey(stored.KeyPem);
        return stored.Url is { } url ? new Signer(key, url) : await RegisterAsync(key, stored, cancel);
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

    private async Task<Signer> RegisterAgainAsync(Signer forgotten, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            // Another request may have been here first.
            if (_signer == forgotten)
            {
                _signer = await RegisterAsync(forgotten.Key, new StoredAccount { KeyPem = forgotten.Key.ExportPem() }, cancel);
            }

            return _signer!;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Signer> RegisterAsync(JwsSigningKey key, StoredAccount stored, CancellationToken cancel)
    {
        var directory = await connection.GetDirectoryAsync(cancel);
        if (directory.Meta?.ExternalAccountRequired == true && options.ExternalAccountBinding is null)
        {
            throw AcmeProblems.NeedsBinding(options.Host, directory.Meta.Website).AsException();
        }

        var response = await connection.PostAsync(new Signer(key, null), directory.NewAccount, Request(key, directory), cancel);
        var url = response.Location ?? throw AcmeProblems.BadResponse(response.Url, "names no account URL").AsException();
        if (response.Read(AcmeJson.Default.Account).Status != AcmeStatus.Valid)
        {
            throw AcmeProblems.AccountClosed(options.Host, url).AsException();
        }

        reached(AcmeFailPoints.AccountRegistered);
        await store.SaveAsync(_identity, stored with { Url = url }, cancel);
        reached(AcmeFailPoints.AccountSaved);
        return new Signer(key, url);
    }

    private byte[] Request(JwsSigningKey key, AcmeDirectory directory) => JsonSerializer.SerializeToUtf8Bytes(
        new NewAccountRequest
        {
            Contact = options.Email is { } email ? [$"mailto:{email.Text}"] : null,
            TermsOfServiceAgreed = true,
            ExternalAccountBinding = options.ExternalAccountBinding?.Bind(key.PublicKey, directory.NewAccount),
        },
        AcmeJson.Default.NewAccountRequest);
}
