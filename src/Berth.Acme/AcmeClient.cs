using Berth.Acme.Accounts;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;

namespace Berth.Acme;

/// <summary>
/// One account at one certificate authority. Safe for several threads; meant to live long: it keeps the directory, nonces and
/// the account's key. Orders are placed by an <see cref="Issuance"/>.
/// </summary>
public sealed class AcmeClient : IDisposable
{
    /// <param name="options">Which server and account.</param>
    /// <param name="http">Decides which roots are trusted; SHOULD NOT follow redirects. Stays the caller's.</param>
    /// <param name="accounts">Where the account is kept.</param>
    /// <param name="time">The clock of all waits and timeouts.</param>
    /// <param name="reached">
    /// Called with a name of <see cref="AcmeFailPoints"/> after each durable step; may throw to stop there.
    /// </param>
    public AcmeClient(
        AcmeClientOptions options, HttpClient http, IAccountStore accounts, TimeProvider time, Action<string>? reached = null)
    {
        (Options, Reached) = (options, reached ?? (_ => { }));
        Connection = new AcmeConnection(http, options, time);
        Account = new AccountSession(Connection, options, accounts, Reached);
        Polling = new Polling(Account, time);
    }

    public AcmeClientOptions Options { get; }

    internal Action<string> Reached { get; }

    internal AcmeConnection Connection { get; }

    internal AccountSession Account { get; }

    internal Polling Polling { get; }

    internal ServerClock Clock => Connection.Clock;

    /// <summary>Reads the server's directory; remembered for an hour.</summary>
    /// <exception cref="Kernel.ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<AcmeDirectory> GetDirectoryAsync(CancellationToken cancel) =>
        GuardAsync("its directory", Connection.GetDirectoryAsync, cancel);

    /// <summary>Makes sure the account exists.</summary>
    /// <returns>The account's URL, which CAA records may name (RFC 8657 §3).</returns>
    /// <exception cref="Kernel.ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<string> EnsureAccountAsync(CancellationToken cancel) =>
        GuardAsync("the account", async token => (await Account.OpenAsync(token)).AccountUrl!, cancel);

    /// <summary>Revokes with the account's key (RFC 8555 §7.6). One that is revoked already counts as done.</summary>
    /// <param name="certificatePem">The leaf, or a chain that begins with it.</param>
    /// <param name="reason">Left out of the request when unspecified.</param>
    /// <param name="cancel">Ends the wait; the request may have taken effect.</param>
    /// <exception cref="Kernel.ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task RevokeAsync(string certificatePem, RevocationReason reason, CancellationToken cancel) => GuardAsync(
        "the revocation", token => new Revoking(this).RunAsync(certificatePem, reason, null, token), cancel);

    /// <summary>Revokes with the certificate's own key, which needs no account: for a leaked key, or a lost account.</summary>
    /// <inheritdoc cref="RevokeAsync(string, RevocationReason, CancellationToken)"/>
    /// <param name="certificatePem">The leaf, or a chain that begins with it.</param>
    /// <param name="keyPem">The certificate's private key.</param>
    /// <param name="reason">Left out of the request when unspecified.</param>
    /// <param name="cancel">Ends the wait; the request may have taken effect.</param>
    public Task RevokeWithKeyAsync(string certificatePem, string keyPem, RevocationReason reason, CancellationToken cancel) =>
        GuardAsync("the revocation", token => new Revoking(this).RunAsync(certificatePem, reason, keyPem, token), cancel);

    /// <summary>Asks when the server would like a certificate renewed (RFC 9773 §4).</summary>
    /// <param name="certificatePem">The leaf, or a chain that begins with it.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Null when the server gives no such advice, or the certificate cannot be named to it.</returns>
    /// <exception cref="Kernel.ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<RenewalAdvice?> GetRenewalAdviceAsync(string certificatePem, CancellationToken cancel) =>
        GuardAsync("renewal information", token => RenewalAdvice.AskAsync(this, certificatePem, token), cancel);

    public void Dispose()
    {
        Account.Dispose();
        Connection.Dispose();
    }

    /// <summary>Turns a refusal into the problem that names what was asked for.</summary>
    internal async Task<T> GuardAsync<T>(string doing, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await work(cancel);
        }
        catch (AcmeRefusalException e)
        {
            throw AcmeProblems.RefusedBy(Options.Host, e, doing);
        }
    }
}
