using Berth.Acme.Accounts;
using Berth.Kernel;

namespace Berth.Acme;

/// <summary>Which authority, on whose behalf, and how patiently.</summary>
public sealed record AcmeClientOptions
{
    /// <summary>The server's directory; https, or http on a loopback address.</summary>
    public required Uri DirectoryUrl { get; init; }

    /// <summary>The account's contact; null registers without one.</summary>
    public EmailAddress? Email { get; init; }

    /// <summary>What a CA that knows its customers gave out; null for all others.</summary>
    public ExternalAccountBinding? ExternalAccountBinding { get; init; }

    /// <summary>
    /// True forbids a new registration when the CA has forgotten the account: a CAA record may pin its URL (RFC 8657 §3).
    /// An <see cref="ExternalAccountBinding"/> forbids it too: most are good for one registration.
    /// </summary>
    public bool AccountIsPinned { get; init; }

    /// <summary>Counts the accounts that the server makes; null, the default, for nobody.</summary>
    public IRegistrations? Registrations { get; init; }

    /// <summary>The longest one HTTP exchange may take, body included. Default: 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How often one request is signed again after badNonce. Default: 32; a good CA needs 2, a testing one that refuses four of
    /// five needs them.
    /// </summary>
    public int NonceAttempts { get; init; } = 32;

    /// <summary>The longest wait for one name's validation. Default: 5 min.</summary>
    public TimeSpan ValidationTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest wait for the CA to become ready and to issue, each. Default: 5 min.</summary>
    public TimeSpan ProcessingTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a server that looks at names or issues, and does not answer meanwhile, is asked again; what proves the names stays up.
    /// Default: 30 s, in which most have looked.
    /// </summary>
    public TimeSpan OutagePatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest one certificate may take, from its order to its chain; the order is kept for the next run. Default: 1 h.
    /// </summary>
    public TimeSpan IssuanceTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// The longest an order that has not been decided is gone on with, run after run; then another takes its place. Default: 1 d, less
    /// than half of what the shortest certificate has left when it is due.
    /// </summary>
    public TimeSpan OrderLifetime { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many names are validated at once. Default: 8.</summary>
    public int ParallelAuthorizations { get; init; } = 8;

    /// <summary>
    /// A wait the CA asks for up to this long is waited for in place; a longer one ends in a problem that carries it. Default: 10
    /// s.
    /// </summary>
    public TimeSpan ShortWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest response read. Default: 1 MiB.</summary>
    public int ResponseLimit { get; init; } = 1024 * 1024;

    internal string Host => DirectoryUrl.IsDefaultPort ? DirectoryUrl.Host : DirectoryUrl.Authority;
}
