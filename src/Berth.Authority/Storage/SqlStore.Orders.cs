using System.Collections.Immutable;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqlStore
{
    private const string IsProven =
        """
        NOT EXISTS (SELECT 1 FROM order_authorization o JOIN acme_authorization z ON z.id = o.authz
            WHERE o.acme_order = acme_order.id AND z.status <> 'valid')
        """;

    private const string OrderById = $"SELECT {OrderColumns} FROM acme_order WHERE id = $1";

    public Task<bool> AddOrderAsync(OrderRecord order, ImmutableArray<AuthorizationRecord> added, CancellationToken cancel) =>
        _database.WriteAsync(
            db =>
            {
                Hold(db, order);
                if (order.Replaces is { } replaced && IsReplaced(db, replaced, order.Created))
                {
                    return false;
                }

                db.ExecuteAll([.. added.SelectMany(Adding), .. Adding(order)]);
                return true;
            },
            cancel);

    public Task<OrderRecord?> FindOrderAsync(string id, CancellationToken cancel) =>
        _database.ReadAsync(db => db.Find(OrderById, Order, id), cancel);

    public Task<ImmutableArray<string>> ListOrdersAsync(
        string accountId, string cursor, int limit, DateTimeOffset now, CancellationToken cancel) => _database.ReadAsync(
        db => db.List(
            """
            SELECT id FROM acme_order WHERE account = $1 AND id > $2 AND status <> 'invalid'
                AND (status NOT IN ('pending', 'ready') OR expires > $3) ORDER BY id LIMIT $4
            """,
            row => row.GetString(0), accountId, cursor, Time(now), limit).ToImmutableArray(),
        cancel);

    public Task<bool> StartIssuanceAsync(string orderId, byte[] csr, Lease lease, CancellationToken cancel) => _database.WriteAsync(
        db => db.Execute(
            $"""
            UPDATE acme_order SET status = 'processing', csr = $2, lease_node = $3, lease_until = $4
            WHERE id = $1 AND status = 'ready' AND {IsProven}
            """,
            orderId, csr, lease.Node, Time(lease.Until)) == 1,
        cancel);

    public Task<bool> FinishIssuanceAsync(
        string orderId, CertificateRecord certificate, ImmutableArray<LimitBucket> cost, CancellationToken cancel) =>
        _database.WriteAsync(
            db =>
            {
                var changed = db.Execute(
                    $"""
                    UPDATE acme_order SET status = 'valid', certificate = $2
                    WHERE id = $1 AND (status = 'processing' OR (status = 'ready' AND {IsProven}))
                    """,
                    orderId, certificate.Serial);
                if (changed == 1)
                {
                    db.ExecuteAll(Adding(certificate), NotingIssued(certificate));
                    Charge(db, cost, _time.GetUtcNow());
                }

                return changed == 1;
            },
            cancel);

    public Task FailIssuanceAsync(string orderId, string error, CancellationToken cancel) => _database.WriteAsync(
        db => db.Execute(
            "UPDATE acme_order SET status = 'invalid', error = $2 WHERE id = $1 AND status IN ('ready', 'processing')", orderId, error),
        cancel);

    public Task<ImmutableArray<string>> ClaimOrdersAsync(Lease lease, DateTimeOffset now, int limit, CancellationToken cancel) =>
        _database.WriteAsync(
            db => db.List(
                $"""
                UPDATE acme_order SET lease_node = $1, lease_until = $2 WHERE id IN (
                    SELECT id FROM acme_order WHERE status = 'processing' AND (lease_until IS NULL OR lease_until <= $3)
                    ORDER BY id LIMIT $4 {db.PassingLocked})
                RETURNING id
                """,
                row => row.GetString(0), lease.Node, Time(lease.Until), Time(now), limit).ToImmutableArray(),
            cancel);

    public Task<ImmutableArray<string>> KeepOrdersAsync(ImmutableArray<string> ids, Lease lease, CancellationToken cancel) => _database.WriteAsync(
        db => ids.Where(id => db.Execute(
            "UPDATE acme_order SET lease_until = $3 WHERE id = $1 AND lease_node = $2 AND status = 'processing'",
            id, lease.Node, Time(lease.Until)) == 1).ToImmutableArray(),
        cancel);

    public Task<int> CountOpenOrdersAsync(string accountId, int limit, DateTimeOffset now, CancellationToken cancel) => _database.ReadAsync(
        db => (int)db.Number(
            """
            SELECT count(*) FROM (SELECT 1 FROM acme_order
                WHERE account = $1 AND status IN ('pending', 'ready') AND expires > $2 LIMIT $3) AS found
            """,
            accountId, Time(now), limit),
        cancel);

    // Two orders that replace the same certificate come one after the other; both are of the account the certificate is of.
    private static void Hold(SqlSession db, OrderRecord order)
    {
        if (order.Replaces is not null && db.Holding.Length > 0)
        {
            db.List($"SELECT id FROM account WHERE id = $1 {db.Holding}", row => row.GetString(0), order.AccountId);
        }
    }

    // RFC 9773 §5: replaced is what another order names that is not invalid.
    private static bool IsReplaced(SqlSession db, string certificate, DateTimeOffset now) => db.Number(
        """
        SELECT count(*) FROM acme_order WHERE replaces = $1 AND status <> 'invalid'
            AND (status NOT IN ('pending', 'ready') OR expires > $2)
        """,
        certificate, Time(now)) > 0;

    private static IEnumerable<(string Sql, object?[] Values)> Adding(OrderRecord order) =>
    [
        (
            $"INSERT INTO acme_order ({OrderColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL, NULL, $10, $11)",
            [
                order.Id, order.AccountId, Text(order.Status), Time(order.Created), Time(order.Expires), Lines(order.Names),
                Lines(order.AuthorizationIds), Time(order.NotBefore), Time(order.NotAfter), order.Profile, order.Replaces,
            ]),
        .. order.AuthorizationIds.Select(authorization =>
            ("INSERT INTO order_authorization VALUES ($1, $2)", (object?[])[authorization, order.Id])),
    ];
}
