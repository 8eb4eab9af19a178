using System.Globalization;

namespace Berth.Authority.Storage;

/// <summary>The tables, and the step from each version to the next; the number is SQLite's <c>user_version</c>.</summary>
/// <remarks>Times are milliseconds since 1970 in UTC. Ids are UUID version 7, so new rows append and sorting is by age.</remarks>
internal static class SqliteSchema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE account (
            id TEXT PRIMARY KEY, thumbprint TEXT NOT NULL UNIQUE, jwk TEXT NOT NULL, status TEXT NOT NULL,
            contacts TEXT NOT NULL, terms_agreed INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE acme_order (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
            expires INTEGER NOT NULL, names TEXT NOT NULL, authorizations TEXT NOT NULL, not_before INTEGER,
            not_after INTEGER, csr BLOB, certificate TEXT, error TEXT);
        CREATE INDEX order_by_account ON acme_order (account, id);
        CREATE INDEX order_in_work ON acme_order (id) WHERE status = 'processing';
        CREATE TABLE acme_authorization (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
            expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX authorization_valid ON acme_authorization (account, name, expires) WHERE status = 'valid';
        CREATE INDEX authorization_pending ON acme_authorization (account, expires) WHERE status = 'pending';
        CREATE TABLE order_authorization (
            authorization TEXT NOT NULL, acme_order TEXT NOT NULL,
            PRIMARY KEY (authorization, acme_order)) WITHOUT ROWID;
        CREATE TABLE challenge (
            id TEXT PRIMARY KEY, authorization TEXT NOT NULL, type TEXT NOT NULL, token TEXT NOT NULL,
            status TEXT NOT NULL, validated INTEGER, error TEXT) WITHOUT ROWID;
        CREATE INDEX challenge_by_authorization ON challenge (authorization);
        CREATE INDEX challenge_in_work ON challenge (id) WHERE status = 'processing';
        CREATE TABLE certificate (
            serial TEXT PRIMARY KEY, account TEXT, issuer TEXT NOT NULL, der BLOB NOT NULL, key_hash TEXT NOT NULL,
            not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, revoked INTEGER, reason INTEGER);
        CREATE INDEX certificate_revoked ON certificate (issuer, not_after) WHERE revoked IS NOT NULL;
        CREATE INDEX certificate_compromised ON certificate (key_hash) WHERE reason = 1;
        CREATE TABLE crl (issuer TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
        """,
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
            id TEXT PRIMARY KEY, secret BLOB NOT NULL, created INTEGER NOT NULL, expires INTEGER, names TEXT NOT NULL,
            most_accounts INTEGER, orders_per_day INTEGER) WITHOUT ROWID;
        CREATE TABLE incident (
            id TEXT PRIMARY KEY, serial TEXT, issued_from INTEGER, issued_until INTEGER, window_start INTEGER NOT NULL,
            window_end INTEGER NOT NULL, url TEXT) WITHOUT ROWID;
        """,
    ];

    /// <summary>Brings a database to the newest version, each step in a transaction of its own.</summary>
    internal static void Upgrade(SqliteSession session, string path)
    {
        var version = session.Number("PRAGMA user_version");
        if (version > Steps.Length)
        {
            throw AuthorityProblems.NewerDatabase(path, version, Steps.Length).AsException();
        }

        for (; version < Steps.Length; version++)
        {
            session.Execute("BEGIN IMMEDIATE");
            session.Execute(Steps[version]);
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}"));
            session.Execute("COMMIT");
        }
    }
}
