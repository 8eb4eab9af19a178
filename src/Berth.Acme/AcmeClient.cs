using Berth.Acme.Accounts;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme;

/// <summary>
/// One account at one certificate authority. Safe for several threads; meant to live long: it keeps the directory, nonces and
/// the account's key. Orders are placed by an <see cref="Issuance"/>.
/// </summary>
public sealed class AcmeClient : IDisposable
{
    private readonly AccountChanges _changes;

    /// <param name="options">Which server and account.</param>
    /// <param name="http">Decides which roots are trusted; SHOULD NOT follow redirects. Stays the caller's.</param>
    /// <param name="accounts">Where the account is kept.</param>
    /// <param name="time">The clock of all waits and timeouts.</param>
    /// <param name="reached">
    /// Called with a name of <see cref="AcmeFailPoints"/> after each durable step; may throw to stop there.
    /// </param>
    /// <param name="asOf">
    /// Makes one that trusts the same roots and judges dates as of another time (<c>X509ChainPolicy.VerificationTime</c>), or for null looks at
    /// everything but dates (<c>X509VerificationFlags.IgnoreNotTimeValid</c>): where the server's TLS certificate is not valid now, it is asked
    /// for the time alone, so that a clock that is wrong can be told from a certificate that has lapsed. Null, the default, leaves that open.
    /// What it makes is disposed here.
    /// </param>
    public AcmeClient(
        AcmeClientOptions options,
        HttpClient http,
        IAccountStore accounts,
        TimeProvider time,
        Action<string>? reached = null,
        Func<DateTimeOffset?, HttpClient>? asOf = null)
    {
        (Options, Reached) = (options, reached ?? (_ => { }));
        Time = time;
        Connection = new AcmeConnection(http, asOf, options, time);
        Account = new AccountSession(Connection, options, accounts, time, Reached);
        Polling = new Polling(Account, options.OutagePatience, time);
        _changes = new AccountChanges(this, accounts);
    }

    /// <summary>As given.</summary>
    public AcmeClientOptions Options { get; }

    /// <summary>
    /// The server's clock minus this machine's, from the last answer's <c>Date</c>; null before the first. Beyond a few minutes it
    /// is this machine's clock that wants setting.
    /// </summary>
    public TimeSpan? ClockSkew => Connection.Clock.Skew;

    internal TimeProvider Time { get; }

    internal Action<string> Reached { get; }

    internal AcmeConnection Connection { get; }

    internal AccountSession Account { get; }

    internal Polling Polling { get; }

    internal ServerClock Clock => Connection.Clock;

    internal KnownIssuers Issuers { get; } = new();

    /// <summary>Reads the server's directory; remembered for an hour.</summary>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<AcmeDirectory> GetDirectoryAsync(CancellationToken cancel) =>
        GuardAsync("its directory", Connection.GetDirectoryAsync, cancel);

    /// <summary>Reads the server's directory whether or not it is remembered: the server answers now.</summary>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<AcmeDirectory> AskDirectoryAsync(CancellationToken cancel) =>
        GuardAsync("its directory", Connection.AskDirectoryAsync, cancel);

    /// <summary>Makes sure the account exists.</summary>
    /// <returns>The account's URL, which CAA records may name (RFC 8657 §3).</returns>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<string> EnsureAccountAsync(CancellationToken cancel) =>
        GuardAsync("the account", async token => (await Account.OpenAsync(token)).AccountUrl!, cancel);

    /// <summary>Looks whether the server has the account of a key whose registration was not answered; none is registered.</summary>
    /// <returns>Whether there is an account by now.</returns>
    /// <exception cref="ProblemException">The server does not answer.</exception>
    public Task<bool> FindAccountAsync(CancellationToken cancel) => GuardAsync("the account", Account.FindAsync, cancel);

    /// <summary>Tells why no account could be used, as far as that can be told without registering one.</summary>
    /// <returns>Null where one is registered, or could be.</returns>
    /// <exception cref="ProblemException">The server does not answer.</exception>
    public Task<Problem?> WhyNoAccountAsync(CancellationToken cancel) => GuardAsync("the account", Account.WhyNotAsync, cancel);

    /// <summary>Reads the account as the server knows it.</summary>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<Account> GetAccountAsync(CancellationToken cancel) => GuardAsync("the account", _changes.ReadAsync, cancel);

    /// <summary>
    /// Gives the account a new key (RFC 8555 §7.3.5). Ended anywhere, the next client finds out which key counts. Records that hold
    /// the old key's thumbprint (dns-persist-01) stay good; answers to challenges under way do not.
    /// </summary>
    /// <param name="type">The new key's kind.</param>
    /// <param name="cancel">Ends the wait; the change may have taken effect.</param>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task ChangeAccountKeyAsync(KeyType type, CancellationToken cancel) => GuardAsync(
        "the key change", token => _changes.ChangeKeyAsync(type, token), cancel);

    /// <summary>
    /// Sets the account's contact (RFC 8555 §7.3.2). The store then has the account under both e-mails: a client for the new one
    /// finds it.
    /// </summary>
    /// <param name="email">Null removes the contact.</param>
    /// <param name="cancel">Ends the wait; the change may have taken effect.</param>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task ChangeContactAsync(EmailAddress? email, CancellationToken cancel) => GuardAsync(
        "the contact", token => _changes.ChangeContactAsync(email, token), cancel);

    /// <summary>
    /// Ends the account for good (RFC 8555 §7.3.6); its certificates stay valid. No client registers another in its place until
    /// the stored account is removed.
    /// </summary>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task DeactivateAccountAsync(CancellationToken cancel) => GuardAsync(
        "the end of the account", _changes.DeactivateAsync, cancel);

    /// <summary>Changes what is stored of the account: no client of the store opens or changes one there meanwhile. This one goes on with what it has.</summary>
    /// <param name="change">Changes what is stored.</param>
    /// <param name="cancel">Ends it.</param>
    public Task ChangeStoredAccountAsync(Func<CancellationToken, Task> change, CancellationToken cancel) => Account.ChangeStoreAsync(change, cancel);

    /// <summary>Revokes with the account's key (RFC 8555 §7.6). One that is revoked already counts as done.</summary>
    /// <param name="certificatePem">The leaf, or a chain that begins with it.</param>
    /// <param name="reason">Left out of the request when unspecified.</param>
    /// <param name="cancel">Ends the wait; the request may have taken effect.</param>
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
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
    /// <exception cref="ProblemException">See <see cref="AcmeProblems"/>.</exception>
    public Task<RenewalAdvice?> GetRenewalAdviceAsync(string certificatePem, CancellationToken cancel) =>
        GuardAsync("renewal information", token => RenewalAdvice.AskAsync(this, certificatePem, token), cancel);

    /// <summary>Forgets the account's key. Requests under way fail; the HTTP client stays open.</summary>
    public void Dispose()
    {
        Account.Dispose();
        Connection.Dispose();
    }

    private Task<bool> GuardAsync(string doing, Func<CancellationToken, Task> work, CancellationToken cancel) => GuardAsync(
        doing,
        async token =>
        {
            await work(token);
            return true;
        },
        cancel);

    /// <summary>Turns a refusal into the problem that names what was asked for.</summary>
    internal async Task<T> GuardAsync<T>(string doing, Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        try
        {
            return await work(cancel);
        }
        catch (AcmeRefusalException e)
        {
            throw AcmeProblems.RefusedBy(Options.Host, e, e.Response.Url == Options.DirectoryUrl.OriginalString ? "its directory" : doing);
        }
    }
}
