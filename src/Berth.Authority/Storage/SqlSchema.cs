using System.Globalization;

namespace Berth.Authority.Storage;

/// <summary>The tables, and the steps between their versions; the number is in <c>schema_version</c>.</summary>
/// <remarks>
/// Times are milliseconds since 1970 in UTC. Ids are UUID version 7, so new rows append and sorting is by age. A step goes both ways, so
/// that a program of the version before can be run again. A version that was published never changes.
/// </remarks>
internal static class SqlSchema
{
    internal static int Newest => Steps.Length;

    private static readonly SqlMigration[] Steps =
    [
        new(
            """
            CREATE TABLE account (
                id TEXT PRIMARY KEY, thumbprint TEXT NOT NULL UNIQUE, jwk TEXT NOT NULL, status TEXT NOT NULL,
                contacts TEXT NOT NULL, terms_agreed {number} NOT NULL, created {number} NOT NULL) {by-key};
            CREATE TABLE acme_order (
                id TEXT PRIMARY KEY, account TEXT NOT NULL, status TEXT NOT NULL, created {number} NOT NULL,
                expires {number} NOT NULL, names TEXT NOT NULL, authorizations TEXT NOT NULL, not_before {number},
                not_after {number}, csr {bytes}, certificate TEXT, error TEXT);
            CREATE INDEX order_by_account ON acme_order (account, id);
            CREATE INDEX order_in_work ON acme_order (id) WHERE status = 'processing';
            CREATE TABLE acme_authorization (
                id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
                expires {number} NOT NULL) {by-key};
            CREATE INDEX authorization_valid ON acme_authorization (account, name, expires) WHERE status = 'valid';
            CREATE INDEX authorization_pending ON acme_authorization (account, expires) WHERE status = 'pending';
            CREATE TABLE order_authorization (
                "authorization" TEXT NOT NULL, acme_order TEXT NOT NULL,
                PRIMARY KEY ("authorization", acme_order)) {by-key};
            CREATE TABLE challenge (
                id TEXT PRIMARY KEY, "authorization" TEXT NOT NULL, type TEXT NOT NULL, token TEXT NOT NULL,
                status TEXT NOT NULL, validated {number}, error TEXT) {by-key};
            CREATE INDEX challenge_by_authorization ON challenge ("authorization");
            CREATE INDEX challenge_in_work ON challenge (id) WHERE status = 'processing';
            CREATE TABLE certificate (
                serial TEXT PRIMARY KEY, account TEXT, issuer TEXT NOT NULL, der {bytes} NOT NULL, key_hash TEXT NOT NULL,
                not_before {number} NOT NULL, not_after {number} NOT NULL, revoked {number}, reason {number});
            CREATE INDEX certificate_revoked ON certificate (issuer, not_after) WHERE revoked IS NOT NULL;
            CREATE INDEX certificate_compromised ON certificate (key_hash) WHERE reason = 1;
            CREATE TABLE crl (issuer TEXT PRIMARY KEY, number {number} NOT NULL) {by-key};
            """,
            """
            DROP TABLE crl;
            DROP TABLE certificate;
            DROP TABLE challenge;
            DROP TABLE order_authorization;
            DROP TABLE acme_authorization;
            DROP TABLE acme_order;
            DROP TABLE account;
            """),
        // Profiles, replacement, binding keys, incidents, terms.
        new(
            """
            ALTER TABLE account ADD COLUMN terms TEXT;
            ALTER TABLE account ADD COLUMN binding_key TEXT;
            ALTER TABLE account ADD COLUMN binding TEXT;
            CREATE INDEX account_by_binding ON account (binding_key) WHERE binding_key IS NOT NULL;
            ALTER TABLE acme_order ADD COLUMN profile TEXT;
            ALTER TABLE acme_order ADD COLUMN replaces TEXT;
            CREATE INDEX order_replacing ON acme_order (replaces) WHERE replaces IS NOT NULL;
            CREATE INDEX order_open ON acme_order (account, expires) WHERE status IN ('pending', 'ready');
            ALTER TABLE challenge ADD COLUMN account_url TEXT;
            CREATE TABLE binding_key (
                id TEXT PRIMARY KEY, secret {bytes} NOT NULL, created {number} NOT NULL, expires {number}, names TEXT NOT NULL,
                most_accounts {number}, orders_per_day {number}) {by-key};
            CREATE TABLE incident (
                id TEXT PRIMARY KEY, serial TEXT, issued_from {number}, issued_until {number}, window_start {number} NOT NULL,
                window_end {number} NOT NULL, url TEXT) {by-key};
            """,
            """
            DROP TABLE incident;
            DROP TABLE binding_key;
            ALTER TABLE challenge DROP COLUMN account_url;
            DROP INDEX order_open;
            DROP INDEX order_replacing;
            ALTER TABLE acme_order DROP COLUMN replaces;
            ALTER TABLE acme_order DROP COLUMN profile;
            DROP INDEX account_by_binding;
            ALTER TABLE account DROP COLUMN binding;
            ALTER TABLE account DROP COLUMN binding_key;
            ALTER TABLE account DROP COLUMN terms;
            """),
        // Leases, names for the inventory, what several nodes share. "authorization" is a word of SQL, and had to be quoted.
        new(
            """
            ALTER TABLE order_authorization RENAME COLUMN "authorization" TO authz;
            ALTER TABLE challenge RENAME COLUMN "authorization" TO authz;
            ALTER TABLE challenge ADD COLUMN lease_node TEXT;
            ALTER TABLE challenge ADD COLUMN lease_until {number};
            ALTER TABLE acme_order ADD COLUMN lease_node TEXT;
            ALTER TABLE acme_order ADD COLUMN lease_until {number};
            ALTER TABLE certificate ADD COLUMN names TEXT NOT NULL DEFAULT '';
            CREATE INDEX certificate_by_end ON certificate (not_after, serial);
            CREATE INDEX order_by_end ON acme_order (expires);
            CREATE INDEX authorization_by_end ON acme_authorization (expires);
            CREATE INDEX authorization_order ON order_authorization (acme_order);
            CREATE TABLE crl_revision (issuer TEXT PRIMARY KEY, revision {number} NOT NULL) {by-key};
            CREATE TABLE used_nonce (nonce TEXT PRIMARY KEY, used {number} NOT NULL) {by-key};
            CREATE INDEX nonce_by_time ON used_nonce (used);
            CREATE TABLE key_file (name TEXT PRIMARY KEY, content {bytes} NOT NULL) {by-key};
            CREATE TABLE audit_event (
                id TEXT PRIMARY KEY, node TEXT NOT NULL, at {number} NOT NULL, event TEXT NOT NULL) {by-key};
            CREATE TABLE audit_head (log TEXT PRIMARY KEY, number {number} NOT NULL, hash TEXT NOT NULL) {by-key};
            """,
            """
            DROP TABLE audit_head;
            DROP TABLE audit_event;
            DROP TABLE key_file;
            DROP TABLE used_nonce;
            DROP TABLE crl_revision;
            DROP INDEX authorization_order;
            DROP INDEX authorization_by_end;
            DROP INDEX order_by_end;
            DROP INDEX certificate_by_end;
            ALTER TABLE certificate DROP COLUMN names;
            ALTER TABLE acme_order DROP COLUMN lease_until;
            ALTER TABLE acme_order DROP COLUMN lease_node;
            ALTER TABLE challenge DROP COLUMN lease_until;
            ALTER TABLE challenge DROP COLUMN lease_node;
            ALTER TABLE challenge RENAME COLUMN authz TO "authorization";
            ALTER TABLE order_authorization RENAME COLUMN authz TO "authorization";
            """),
        // Rate limits.
        new(
            """
            CREATE TABLE limit_bucket (bucket TEXT PRIMARY KEY, full_at {number} NOT NULL) {by-key};
            CREATE INDEX limit_bucket_by_time ON limit_bucket (full_at);
            """,
            "DROP TABLE limit_bucket"),
        // Names that failed too often; buckets that can go as soon as they are full; incidents of an issuer.
        new(
            """
            CREATE TABLE paused_name (
                account TEXT NOT NULL, name TEXT NOT NULL, since {number} NOT NULL, PRIMARY KEY (account, name)) {by-key};
            CREATE INDEX limit_bucket_counting ON limit_bucket (full_at) WHERE bucket NOT LIKE 'CertificatesPerSet %';
            ALTER TABLE incident ADD COLUMN issuer TEXT;
            CREATE INDEX incident_by_serial ON incident (serial);
            """,
            """
            DROP INDEX incident_by_serial;
            ALTER TABLE incident DROP COLUMN issuer;
            DROP INDEX limit_bucket_counting;
            DROP TABLE paused_name;
            """),
    ];

    /// <summary>Brings a database to a version, all steps in one transaction.</summary>
    /// <param name="session">Used by nobody else meanwhile.</param>
    /// <param name="dialect">How the database spells its types.</param>
    /// <param name="name">Of the database, for messages.</param>
    /// <param name="target">Null for the newest.</param>
    internal static void Migrate(SqlSession session, SqlDialect dialect, string name, int? target = null)
    {
        var wanted = target ?? Newest;
        session.Begin();
        if (dialect.Lock is { } held)
        {
            session.List(held, _ => true);
        }

        session.Execute(dialect.Spell("CREATE TABLE IF NOT EXISTS schema_version (version {number} NOT NULL)"));
        var version = Version(session, dialect);
        if (version > Newest)
        {
            session.RollBack();
            throw AuthorityProblems.NewerDatabase(name, version, Newest).AsException();
        }

        for (; version < wanted; version++)
        {
            session.Execute(dialect.Spell(Steps[version].Forward));
        }

        for (; version > wanted; version--)
        {
            session.Execute(dialect.Spell(Steps[version - 1].Back));
        }

        Keep(session, dialect, version);
        session.Commit();
    }

    // The first version of the tables on SQLite was numbered in its header only; older programs still look there.
    private static long Version(SqlSession session, SqlDialect dialect) => Math.Max(
        session.Number("SELECT coalesce(max(version), 0) FROM schema_version"),
        dialect == SqlDialect.Sqlite ? session.Number("PRAGMA user_version") : 0);

    private static void Keep(SqlSession session, SqlDialect dialect, long version)
    {
        session.Execute("DELETE FROM schema_version");
        session.Execute("INSERT INTO schema_version VALUES ($1)", version);
        if (dialect == SqlDialect.Sqlite)
        {
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));
        }
    }
}
