using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Accounts;

/// <summary>Makes and finds accounts by their key (RFC 8555 §7.3).</summary>
internal sealed class Registration(AcmeConnection connection, AcmeClientOptions options)
{
    private const int Created = 201;
    private const int FirstServerError = 500;

    /// <param name="key">The account's.</param>
    /// <param name="isFirst">Whether the server can have an account of this key only by this: then one that is there already was made by a request whose answer was lost.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The URL of a new account, or of the one this key had already.</returns>
    /// <exception cref="RegistrationHeldException">None was asked for.</exception>
    internal async Task<string> RegisterAsync(JwsSigningKey key, bool isFirst, CancellationToken cancel)
    {
        if (await WhyNotAsync(cancel) is { } why)
        {
            throw why.AsException();
        }

        var response = await SendCountedAsync(key, isFirst, cancel);
        var url = response.Location ?? throw AcmeProblems.BadResponse(response.Url, "names no account URL").AsException();
        return response.Read(AcmeJson.Default.Account).Status == AcmeStatus.Valid ? url : throw AcmeProblems.AccountClosed(options.Host, url).AsException();
    }

    private async Task<AcmeResponse> SendCountedAsync(JwsSigningKey key, bool isFirst, CancellationToken cancel)
    {
        if (options.Registrations is not { } registrations)
        {
            return await SendBoundAsync(key, cancel);
        }

        await BeginAsync(registrations, cancel);
        bool? isMade = null;
        try
        {
            var response = await SendBoundAsync(key, cancel);
            isMade = isFirst || response.Status == Created;
            return response;
        }
        catch (Exception e) when (IsRefusal(e))
        {
            isMade = false;
            throw;
        }
        finally
        {
            await registrations.EndAsync(isMade);
        }
    }

    private static async Task BeginAsync(IRegistrations registrations, CancellationToken cancel)
    {
        try
        {
            await registrations.BeginAsync(cancel);
        }
        catch (ProblemException e)
        {
            throw new RegistrationHeldException(e);
        }
    }

    /// <summary>Whether the server has answered that it makes none; of any other failure it may have made one.</summary>
    internal static bool IsRefusal(Exception failure) =>
        failure is AcmeRefusalException { Response.Status: < FirstServerError } || (failure as ProblemException)?.Problem.Code == AcmeProblems.BindingInvalid;

    /// <summary>Why none could be made, as far as can be told without asking for one; null where one could.</summary>
    internal async Task<Problem?> WhyNotAsync(CancellationToken cancel)
    {
        var directory = await connection.GetDirectoryAsync(cancel);
        return BindingAt(directory) is { } binding ? binding.IsReadable ? null : AcmeProblems.BadBinding(binding.KeyId)
            : IsRequiredAt(directory) ? AcmeProblems.NeedsBinding(options.Host, directory.Meta!.Website)
            : null;
    }

    private ExternalAccountBinding? BindingAt(AcmeDirectory directory) =>
        options.ExternalAccountBinding is { } binding && (!binding.OnlyWhereRequired || IsRequiredAt(directory)) ? binding : null;

    private static bool IsRequiredAt(AcmeDirectory directory) => directory.Meta?.ExternalAccountRequired == true;

    // Nothing else in a first request is what its account would not be entitled to.
    private async Task<AcmeResponse> SendBoundAsync(JwsSigningKey key, CancellationToken cancel)
    {
        try
        {
            return await SendAsync(key, directory => Request(key, directory), cancel);
        }
        catch (AcmeRefusalException e) when (e.Type is AcmeError.Unauthorized or AcmeError.Malformed && options.ExternalAccountBinding is { } binding)
        {
            throw AcmeProblems.BindingRefused(options.Host, binding.KeyId, AcmeProblems.WordsOf(e.Document)).AsException(e);
        }
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

    /// <summary>Whether the account at <paramref name="url"/> has this key.</summary>
    internal async Task<bool> IsKeyOfAsync(JwsSigningKey key, string url, CancellationToken cancel)
    {
        try
        {
            return await FindAsync(key, cancel) == url;
        }
        catch (AcmeRefusalException e) when (e is { IsTransient: false, Type: not null })
        {
            // A server may want even this bound to a customer. It takes what is signed by the key that counts.
            return await TakesAsync(new Signer(key, url), url, cancel);
        }
    }

    private async Task<bool> TakesAsync(Signer signer, string url, CancellationToken cancel)
    {
        try
        {
            await connection.PostAsync(signer, url, default, cancel);
            return true;
        }
        catch (AcmeRefusalException e) when (e.Type is AcmeError.Unauthorized or AcmeError.Malformed or AcmeError.AccountDoesNotExist or AcmeError.BadSignatureAlgorithm or AcmeError.BadPublicKey)
        {
            return false;
        }
    }

    /// <summary>As <see cref="FindAsync"/> where one may be made instead: a server may want even this bound to a customer.</summary>
    internal async Task<string?> TryFindAsync(JwsSigningKey key, CancellationToken cancel)
    {
        try
        {
            return await FindAsync(key, cancel);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
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
        ExternalAccountBinding = BindingAt(directory)?.Bind(key.PublicKey, directory.NewAccount),
    };
}
