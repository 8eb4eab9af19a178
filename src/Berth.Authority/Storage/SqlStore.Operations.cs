using System.Collections.Immutable;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

/// <summary>What operators look at, and what keeps the store small.</summary>
internal sealed partial class SqlStore
{
    public async Task<bool> UseNonceAsync(string nonce, DateTimeOffset at, CancellationToken cancel) => !(await _database.MarkAsync(
        new("INSERT INTO used_nonce VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING used", nonce, Time(at)), row => row.GetInt64(0), cancel)).IsEmpty;

    public Task<ImmutableArray<CertificateRecord>> ListCertificatesAsync(CertificateFilter filter, int limit, CancellationToken cancel) =>
        _database.AskAsync(
            new(
                $"""
                SELECT {CertificateColumns} FROM certificate WHERE not_after > $1 AND not_after <= $2
                    AND (CAST($3 AS TEXT) = '' OR names LIKE '%' || CAST($3 AS TEXT) || '%')
                    AND (CAST($4 AS TEXT) = '' OR account = CAST($4 AS TEXT)) AND (CAST($5 AS TEXT) = '' OR issuer = CAST($5 AS TEXT))
                    AND ($6 < 0 OR ($6 = 1 AND revoked IS NOT NULL) OR ($6 = 0 AND revoked IS NULL))
                ORDER BY not_after, serial LIMIT $7
                """,
                Time(filter.EndsAfter), Time(filter.EndsBefore), filter.Name, filter.AccountId, filter.IssuerId,
                filter.Revoked switch { null => -1, true => 1, false => 0 }, limit),
            Certificate,
            cancel);

    public Task<ImmutableArray<AccountRecord>> ListAccountsAsync(string cursor, int limit, CancellationToken cancel) =>
        _database.AskAsync(new($"SELECT {AccountColumns} FROM account WHERE id > $1 ORDER BY id LIMIT $2", cursor, limit), Account, cancel);

    public async Task<StoreCounts> CountAsync(DateTimeOffset now, CancellationToken cancel) => (await _database.AskAsync(
        new(
            """
            SELECT (SELECT count(*) FROM account WHERE status = 'valid'),
                (SELECT count(*) FROM acme_order),
                (SELECT count(*) FROM acme_order WHERE status = 'processing'),
                (SELECT count(*) FROM certificate),
                (SELECT count(*) FROM certificate WHERE not_after > $1 AND revoked IS NULL),
                (SELECT count(*) FROM certificate WHERE not_after > $1 AND not_after <= $2 AND revoked IS NULL),
                (SELECT count(*) FROM certificate WHERE revoked IS NOT NULL)
            """,
            Time(now), Time(now.AddDays(7))),
        row => new StoreCounts(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6)),
        cancel))[0];

    public Task<int> PurgeAsync(PurgeTimes times, int limit, CancellationToken cancel) => _database.WriteAsync(
        db => PurgeOrders(db, times.Ended, limit) + PurgeAuthorizations(db, times.Ended, limit)
            + db.Execute("DELETE FROM used_nonce WHERE nonce IN (SELECT nonce FROM used_nonce WHERE used < $1 LIMIT $2)", Time(times.Nonces), limit)
            + db.Execute(
                """
                DELETE FROM limit_bucket WHERE bucket IN (
                    SELECT bucket FROM limit_bucket WHERE full_at < $1 AND bucket NOT LIKE 'CertificatesPerSet %' LIMIT $2)
                """,
                Time(times.Now), limit)
            // That of a set of names also tells that a certificate for them was there before.
            + db.Execute(
                """
                DELETE FROM limit_bucket WHERE bucket IN (
                    SELECT bucket FROM limit_bucket WHERE full_at < $1 AND bucket LIKE 'CertificatesPerSet %' LIMIT $2)
                """,
                Time(times.Expired), limit)
            + db.Execute(
                "DELETE FROM certificate WHERE serial IN (SELECT serial FROM certificate WHERE not_after < $1 ORDER BY not_after LIMIT $2)",
                Time(times.Expired), limit),
        cancel);

    public Task<ImmutableArray<(string Name, byte[] Content)>> ListKeyFilesAsync(CancellationToken cancel) => _database.AskAsync(
        new("SELECT name, content FROM key_file ORDER BY name"), row => (row.GetString(0), row.GetFieldValue<byte[]>(1)), cancel);

    public Task<bool> AddKeyFilesAsync(ImmutableArray<(string Name, byte[] Content)> files, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            if (files.Any(file => db.Number("SELECT count(*) FROM key_file WHERE name = $1", file.Name) > 0))
            {
                return false;
            }

            return files.All(file => db.Execute("INSERT INTO key_file VALUES ($1, $2)", file.Name, file.Content) == 1);
        },
        cancel);

    private static int PurgeOrders(SqlSession db, DateTimeOffset ended, int limit)
    {
        var orders = db.List(
            "SELECT id FROM acme_order WHERE expires < $1 AND status <> 'processing' ORDER BY expires LIMIT $2", row => row.GetString(0), Time(ended), limit);
        foreach (var order in orders)
        {
            db.Execute("DELETE FROM order_authorization WHERE acme_order = $1", order);
            db.Execute("DELETE FROM acme_order WHERE id = $1", order);
        }

        return orders.Length;
    }

    private static int PurgeAuthorizations(SqlSession db, DateTimeOffset ended, int limit)
    {
        var authorizations = db.List(
            """
            SELECT id FROM acme_authorization z WHERE expires < $1
                AND NOT EXISTS (SELECT 1 FROM order_authorization o WHERE o.authz = z.id) ORDER BY expires LIMIT $2
            """,
            row => row.GetString(0), Time(ended), limit);
        foreach (var authorization in authorizations)
        {
            db.Execute("DELETE FROM challenge WHERE authz = $1", authorization);
            db.Execute("DELETE FROM acme_authorization WHERE id = $1", authorization);
        }

        return authorizations.Length;
    }
}
