using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme.Accounts;

/// <summary>Makes and finds accounts by their key (RFC 8555 §7.3).</summary>
internal sealed class Registration(AcmeConnection connection, AcmeClientOptions options)
{
    /// <returns>The URL of a new account, or of the one this key had already.</returns>
    internal async Task<string> RegisterAsync(JwsSigningKey key, CancellationToken cancel)
    {
        var meta = (await connection.GetDirectoryAsync(cancel)).Meta;
        if (meta?.ExternalAccountRequired == true && options.ExternalAccountBinding is null)
        {
            throw AcmeProblems.NeedsBinding(options.Host, meta.Website).AsException();
        }

        var response = await SendAsync(key, directory => Request(key, directory), cancel);
        var url = response.Location ?? throw AcmeProblems.BadResponse(response.Url, "names no account URL").AsException();
        return response.Read(AcmeJson.Default.Account).Status == AcmeStatus.Valid
            ? url
            : throw AcmeProblems.AccountClosed(options.Host, url).AsException();
    }

    /// <summary>Looks for the key's account without making one (§7.3.1).</summary>
    /// <returns>Its URL; null when the server knows none.</returns>
    internal async Task<string?> FindAsync(JwsSigningKey key, CancellationToken cancel)
    {
        try
        {
            return (await SendAsync(key, _ => new NewAccountRequest { OnlyReturnExisting = true }, cancel)).Location;
        }
        catch (AcmeRefusalException e) when (e.Type == AcmeError.AccountDoesNotExist)
        {
            return null;
        }
    }

    private Task<AcmeResponse> SendAsync(
        JwsSigningKey key, Func<AcmeDirectory, NewAccountRequest> request, CancellationToken cancel) => connection.AtAsync(
        directory => directory.NewAccount,
        directory => connection.PostAsync(
            new Signer(key, null),
            directory.NewAccount,
            JsonSerializer.SerializeToUtf8Bytes(request(directory), AcmeJson.Default.NewAccountRequest),
            cancel),
        cancel);

    private NewAccountRequest Request(JwsSigningKey key, AcmeDirectory directory) => new()
    {
        Contact = options.Email is { } email ? [$"mailto:{email.Text}"] : null,
        TermsOfServiceAgreed = true,
        ExternalAccountBinding = options.ExternalAccountBinding?.Bind(key.PublicKey, directory.NewAccount),
    };
}
