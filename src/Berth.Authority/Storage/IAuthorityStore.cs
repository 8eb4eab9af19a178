using System.Collections.Immutable;

namespace Berth.Authority.Storage;

/// <summary>
/// The authority's memory. Every change is durable when its task completes, and every change of a state is a
/// compare-and-swap: it happens from the expected state only, so that requests that race cannot corrupt an order.
/// </summary>
internal interface IAuthorityStore : IAsyncDisposable
{
    /// <summary>True when no other machine can work on the same data.</summary>
    bool IsAlone { get; }

    Task<AccountRecord?> FindAccountAsync(string id, CancellationToken cancel);

    Task<AccountRecord?> FindAccountByKeyAsync(string thumbprint, CancellationToken cancel);

    /// <param name="account">The account.</param>
    /// <param name="mostOfBinding">How many accounts may be bound with its binding key; null for any number.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The account with this key: the given one, or the one that was there first. Null when its binding key is used up.</returns>
    Task<AccountRecord?> AddAccountAsync(AccountRecord account, int? mostOfBinding, CancellationToken cancel);

    /// <summary>Replaces contacts, agreement and status of an account that is still valid; its open work ends with it.</summary>
    Task<bool> UpdateAccountAsync(AccountRecord account, CancellationToken cancel);

    /// <summary>Gives an account another key.</summary>
    /// <returns>Null when done; otherwise the id of the account that has the new key, or the account's own when it has lost the old.</returns>
    Task<string?> ChangeKeyAsync(string accountId, string oldThumbprint, string newThumbprint, string newJwk, CancellationToken cancel);

    /// <summary>Stores an order together with those of its authorizations that are new.</summary>
    /// <returns>False when what it replaces is replaced by another order already; nothing is stored then.</returns>
    Task<bool> AddOrderAsync(OrderRecord order, ImmutableArray<AuthorizationRecord> added, CancellationToken cancel);

    Task<OrderRecord?> FindOrderAsync(string id, CancellationToken cancel);

    /// <summary>Ids of an account's orders that are not invalid, sorted, so oldest first to the millisecond; those after <paramref name="cursor"/> only.</summary>
    Task<ImmutableArray<string>> ListOrdersAsync(
        string accountId, string cursor, int limit, DateTimeOffset now, CancellationToken cancel);

    /// <summary>How many orders of an account are pending or ready, counted up to <paramref name="limit"/>.</summary>
    Task<int> CountOpenOrdersAsync(string accountId, int limit, DateTimeOffset now, CancellationToken cancel);

    Task<AuthorizationRecord?> FindAuthorizationAsync(string id, CancellationToken cancel);

    /// <summary>The authorization that a challenge is of, the challenge among its others.</summary>
    Task<AuthorizationRecord?> FindAuthorizationOfChallengeAsync(string challengeId, CancellationToken cancel);

    /// <summary>The valid authorization of an account for a name that lasts longest, if it outlives <paramref name="until"/>.</summary>
    Task<AuthorizationRecord?> FindValidAuthorizationAsync(
        string accountId, string name, DateTimeOffset until, CancellationToken cancel);

    /// <summary>An authorization of an account for a name that is valid, or else pending, with its challenges.</summary>
    Task<AuthorizationRecord?> FindOpenAuthorizationAsync(
        string accountId, string name, DateTimeOffset until, CancellationToken cancel);

    /// <summary>Stores one that no order has asked for (§7.4.1).</summary>
    Task AddAuthorizationAsync(AuthorizationRecord authorization, CancellationToken cancel);

    /// <summary>How many authorizations of an account are pending, counted up to <paramref name="limit"/>.</summary>
    Task<int> CountPendingAsync(string accountId, int limit, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Ends an authorization; orders that still needed it become invalid.</summary>
    /// <param name="id">The authorization.</param>
    /// <param name="orderError">What those orders say, a problem document.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task DeactivateAuthorizationAsync(string id, string orderError, CancellationToken cancel);

    Task<ChallengeRecord?> FindChallengeAsync(string id, CancellationToken cancel);

    /// <summary>pending → processing.</summary>
    /// <returns>False when it was not pending.</returns>
    Task<bool> StartChallengeAsync(string id, string accountUrl, Lease lease, CancellationToken cancel);

    /// <summary>pending or processing → processing, with why an attempt failed, while there will be another (§8.2) within the lease.</summary>
    Task NoteAttemptAsync(string id, string accountUrl, string error, Lease lease, CancellationToken cancel);

    /// <summary>pending or processing → valid or invalid, and what follows for the authorization and its orders.</summary>
    /// <returns>False when it was decided before.</returns>
    Task<bool> FinishChallengeAsync(ChallengeVerdict verdict, CancellationToken cancel);

    /// <summary>Prolongs the leases of challenges that are worked on.</summary>
    /// <returns>Those that are still this node's, and in processing.</returns>
    Task<ImmutableArray<string>> KeepChallengesAsync(ImmutableArray<string> ids, Lease lease, CancellationToken cancel);

    /// <summary>Takes over challenges in processing whose lease has ended at <paramref name="now"/>: their node is gone, or failed.</summary>
    Task<ImmutableArray<ValidationTask>> ClaimChallengesAsync(Lease lease, DateTimeOffset now, int limit, CancellationToken cancel);

    /// <summary>
    /// Takes a ready order for this node alone, before anything is signed for it; where others work on the same data the lease tells them. A crash of the
    /// database may forget it.
    /// </summary>
    /// <returns>Null when it is not ready, or another node has it.</returns>
    Task<OrderRecord?> TakeUpOrderAsync(string orderId, Lease lease, DateTimeOffset now, CancellationToken cancel);

    /// <summary>ready → processing.</summary>
    /// <returns>False when it was not ready, or an authorization of it holds no more.</returns>
    Task<bool> StartIssuanceAsync(string orderId, byte[] csr, Lease lease, CancellationToken cancel);

    /// <summary>ready or processing → valid, together with the certificate and what it costs: it is on disk before anyone can see it.</summary>
    /// <returns>False when the order was decided before, or an authorization of a ready one holds no more; nothing is stored then.</returns>
    Task<bool> FinishIssuanceAsync(string orderId, CertificateRecord certificate, ImmutableArray<LimitBucket> cost, CancellationToken cancel);

    /// <summary>ready or processing → invalid.</summary>
    Task FailIssuanceAsync(string orderId, string error, CancellationToken cancel);

    /// <summary>Takes over orders in processing whose lease has ended at <paramref name="now"/>.</summary>
    /// <returns>Their ids.</returns>
    Task<ImmutableArray<string>> ClaimOrdersAsync(Lease lease, DateTimeOffset now, int limit, CancellationToken cancel);

    /// <summary>Prolongs the leases of orders that are worked on.</summary>
    /// <returns>Those that are still this node's, and in processing.</returns>
    Task<ImmutableArray<string>> KeepOrdersAsync(ImmutableArray<string> ids, Lease lease, CancellationToken cancel);

    Task AddCertificateAsync(CertificateRecord certificate, CancellationToken cancel);

    Task<CertificateRecord?> FindCertificateAsync(string serial, CancellationToken cancel);

    /// <returns>False when it was revoked before.</returns>
    Task<bool> RevokeAsync(string serial, DateTimeOffset at, int reason, CancellationToken cancel);

    /// <summary>Revoked certificates of an issuer that have not yet expired.</summary>
    Task<ImmutableArray<RevokedSerial>> ListRevokedAsync(string issuerId, DateTimeOffset now, CancellationToken cancel);

    /// <summary>True when a certificate with this key was revoked because the key is known to others.</summary>
    Task<bool> IsCompromisedAsync(string keyHash, CancellationToken cancel);

    Task AddBindingKeyAsync(BindingKeyRecord key, CancellationToken cancel);

    Task<BindingKeyRecord?> FindBindingKeyAsync(string id, CancellationToken cancel);

    /// <summary>All of them, sorted by id.</summary>
    Task<ImmutableArray<BindingKeyRecord>> ListBindingKeysAsync(CancellationToken cancel);

    /// <summary>Takes a key away: no account can be bound with it any more, and those that are can order nothing.</summary>
    /// <returns>False when there was none.</returns>
    Task<bool> RemoveBindingKeyAsync(string id, CancellationToken cancel);

    /// <summary>How many orders the accounts of a binding key have made since <paramref name="since"/>.</summary>
    Task<int> CountOrdersOfBindingAsync(string bindingKey, DateTimeOffset since, CancellationToken cancel);

    Task AddIncidentsAsync(ImmutableArray<IncidentRecord> incidents, CancellationToken cancel);

    /// <summary>The newest incident that is about a certificate.</summary>
    Task<IncidentRecord?> FindIncidentAsync(CertificateRecord certificate, CancellationToken cancel);

    /// <summary>All of them, newest first.</summary>
    Task<ImmutableArray<IncidentRecord>> ListIncidentsAsync(CancellationToken cancel);

    /// <returns>False when there was none.</returns>
    Task<bool> RemoveIncidentAsync(string id, CancellationToken cancel);

    /// <summary>Takes a token out of a bucket.</summary>
    /// <returns>False when there is none; nothing is changed then.</returns>
    Task<bool> TakeAsync(LimitBucket bucket, DateTimeOffset now, CancellationToken cancel);

    /// <summary>Takes a token out of each bucket, out of empty ones too.</summary>
    Task ChargeAsync(ImmutableArray<LimitBucket> buckets, DateTimeOffset now, CancellationToken cancel);

    /// <summary>When each bucket is full again; null for one that nothing was ever taken out of.</summary>
    Task<ImmutableArray<DateTimeOffset?>> ReadBucketsAsync(ImmutableArray<string> keys, CancellationToken cancel);

    /// <returns>Those of the names that are paused for the account.</returns>
    Task<ImmutableArray<string>> FindPausedAsync(string accountId, ImmutableArray<string> names, CancellationToken cancel);

    /// <summary>All of them, by account and name.</summary>
    Task<ImmutableArray<PausedName>> ListPausedAsync(int limit, CancellationToken cancel);

    /// <summary>Lets an account order again, and counts its failures from nothing.</summary>
    /// <param name="accountId">Whose names.</param>
    /// <param name="name">One name; null for all that are paused.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The names that were paused.</returns>
    Task<ImmutableArray<string>> UnpauseAsync(string accountId, string? name, CancellationToken cancel);

    /// <summary>A number higher than any returned before for this issuer (RFC 5280 §5.2.3).</summary>
    Task<long> NextCrlNumberAsync(string issuerId, CancellationToken cancel);

    /// <summary>A number that changes whenever a certificate of an issuer is revoked, by whomever.</summary>
    Task<long> CrlRevisionAsync(string issuerId, CancellationToken cancel);

    /// <summary>Makes the servers sign the lists of an issuer anew at their next request.</summary>
    Task RenewCrlAsync(string issuerId, CancellationToken cancel);

    /// <summary>Remembers that a nonce is used; a crash of the database may forget those of its last second.</summary>
    /// <returns>False when it was before, on any node.</returns>
    Task<bool> UseNonceAsync(string nonce, DateTimeOffset at, CancellationToken cancel);

    /// <summary>Certificates by end, soonest first.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancel">Ends the wait.</param>
    Task<ImmutableArray<CertificateRecord>> ListCertificatesAsync(CertificateFilter filter, int limit, CancellationToken cancel);

    /// <summary>Accounts by age, those after <paramref name="cursor"/> only.</summary>
    Task<ImmutableArray<AccountRecord>> ListAccountsAsync(string cursor, int limit, CancellationToken cancel);

    /// <summary>Counts what an operator asks for first.</summary>
    Task<StoreCounts> CountAsync(DateTimeOffset now, CancellationToken cancel);

    /// <summary>Forgets a batch of what is over: used nonces, full buckets, authorizations, orders, certificates.</summary>
    /// <param name="times">What ended before them goes.</param>
    /// <param name="limit">How many of a kind at most, so that nobody waits long.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>How many went; 0 when nothing is left to do.</returns>
    Task<int> PurgeAsync(PurgeTimes times, int limit, CancellationToken cancel);

    /// <summary>Notes what an operator or the program itself did.</summary>
    Task NoteAsync(string action, ImmutableArray<(string Name, string Value)> facts, CancellationToken cancel);

    /// <summary>Events that no audit log holds yet: those of a node, and those that another has left behind.</summary>
    Task<ImmutableArray<AuditEvent>> ListAuditEventsAsync(string node, DateTimeOffset leftBefore, int limit, CancellationToken cancel);

    /// <summary>Forgets events that a log holds now, and remembers how far the log goes.</summary>
    Task FinishAuditAsync(ImmutableArray<AuditEvent> written, AuditHead head, CancellationToken cancel);

    Task<AuditHead?> FindAuditHeadAsync(string log, CancellationToken cancel);

    /// <summary>The files that all nodes have: name and content, as a node has stored them.</summary>
    Task<ImmutableArray<(string Name, byte[] Content)>> ListKeyFilesAsync(CancellationToken cancel);

    /// <summary>Adds files, all or none.</summary>
    /// <returns>False when one of them is there already.</returns>
    Task<bool> AddKeyFilesAsync(ImmutableArray<(string Name, byte[] Content)> files, CancellationToken cancel);
}
