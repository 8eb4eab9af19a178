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

    public async Task<bool> AddOrderAsync(OrderRecord order, ImmutableArray<AuthorizationRecord> added, CancellationToken cancel)
    {
        ImmutableArray<SqlStatement> adding = [.. added.SelectMany(Adding), .. Adding(order)];
        if (order.Replaces is { } replaced)
        {
            return await _database.WriteAsync(db => AddReplacing(db, order, replaced, adding), cancel);
        }

        await _database.ApplyAsync(adding, cancel);
        return true;
    }

    public Task<OrderRecord?> FindOrderAsync(string id, CancellationToken cancel) => FindAsync(new(OrderById, id), Order, cancel);

    public Task<ImmutableArray<string>> ListOrdersAsync(
        string accountId, string cursor, int limit, DateTimeOffset now, CancellationToken cancel) => _database.AskAsync(
        new(
            """
            SELECT id FROM acme_order WHERE account = $1 AND id > $2 AND status <> 'invalid'
                AND (status NOT IN ('pending', 'ready') OR expires > $3) ORDER BY id LIMIT $4
            """,
            accountId, cursor, Time(now), limit),
        row => row.GetString(0),
        cancel);

    public async Task<OrderRecord?> TakeUpOrderAsync(string orderId, Lease lease, DateTimeOffset now, CancellationToken cancel)
    {
        if (IsAlone)
        {
            return await FindOrderAsync(orderId, cancel) is { Status: OrderStatus.Ready } order ? order : null;
        }

        var taking = new SqlStatement(
            $"""
            UPDATE acme_order SET lease_node = $2, lease_until = $3 WHERE id = $1 AND status = 'ready'
                AND (lease_until IS NULL OR lease_until <= $4 OR lease_node = $2) RETURNING {OrderColumns}
            """,
            orderId, lease.Node, Time(lease.Until), Time(now));
        return await _database.MarkAsync(taking, Order, cancel) is [var taken] ? taken : null;
    }

    public async Task<bool> StartIssuanceAsync(string orderId, byte[] csr, Lease lease, CancellationToken cancel) => await _database.ApplyAsync(
        [
            new(
                $"""
                UPDATE acme_order SET status = 'processing', csr = $2, lease_node = $3, lease_until = $4
                WHERE id = $1 AND status = 'ready' AND {IsProven}
                """,
                orderId, csr, lease.Node, Time(lease.Until)),
        ],
        cancel) == 1;

    public async Task<bool> FinishIssuanceAsync(
        string orderId, CertificateRecord certificate, ImmutableArray<LimitBucket> cost, CancellationToken cancel)
    {
        var deciding = new SqlStatement(
            $"""
            UPDATE acme_order SET status = 'valid', certificate = $2
            WHERE id = $1 AND (status = 'processing' OR (status = 'ready' AND {IsProven}) OR certificate = $2)
            """,
            orderId, certificate.Serial);
        ImmutableArray<SqlStatement> statements = [deciding, AddingTo(orderId, certificate), NotingIssued(certificate)];
        return cost.IsEmpty
            ? await _database.ApplyAsync(statements, cancel) == 1
            : await _database.WriteAsync(
                db =>
                {
                    var isFirst = db.Apply(statements) == 1;
                    Charge(db, isFirst ? cost : [], _time.GetUtcNow());
                    return isFirst;
                },
                cancel);
    }

    public Task FailIssuanceAsync(string orderId, string error, CancellationToken cancel) => _database.ApplyAsync(
        [new("UPDATE acme_order SET status = 'invalid', error = $2 WHERE id = $1 AND status IN ('ready', 'processing')", orderId, error)], cancel);

    public Task<ImmutableArray<string>> ClaimOrdersAsync(Lease lease, DateTimeOffset now, int limit, CancellationToken cancel) =>
        _database.WriteAsync(
            db => db.List(
                $"""
                UPDATE acme_order SET lease_node = $1, lease_until = $2 WHERE id IN (
                    SELECT id FROM acme_order WHERE status = 'processing' AND (lease_until IS NULL OR lease_until <= $3)
                    ORDER BY id LIMIT $4 {PassingLocked})
                RETURNING id
                """,
                row => row.GetString(0), lease.Node, Time(lease.Until), Time(now), limit),
            cancel);

    public Task<ImmutableArray<string>> KeepOrdersAsync(ImmutableArray<string> ids, Lease lease, CancellationToken cancel) => _database.WriteAsync(
        db => ids.Where(id => db.Execute(
            "UPDATE acme_order SET lease_until = $3 WHERE id = $1 AND lease_node = $2 AND status = 'processing'",
            id, lease.Node, Time(lease.Until)) == 1).ToImmutableArray(),
        cancel);

    public async Task<int> CountOpenOrdersAsync(string accountId, int limit, DateTimeOffset now, CancellationToken cancel) => (int)await NumberAsync(
        new(
            """
            SELECT count(*) FROM (SELECT 1 FROM acme_order
                WHERE account = $1 AND status IN ('pending', 'ready') AND expires > $2 LIMIT $3) AS found
            """,
            accountId, Time(now), limit),
        cancel);

    // What has an id of its own is added once, however often it is sent. Two orders that replace the same certificate come one after the other; both are of the account the certificate is of.
    private bool AddReplacing(SqlSession db, OrderRecord order, string replaced, ImmutableArray<SqlStatement> adding)
    {
        Hold(db, "SELECT id FROM account WHERE id = $1", order.AccountId);
        if (IsReplaced(db, replaced, order))
        {
            return false;
        }

        db.ExecuteAll(adding.AsSpan());
        return true;
    }

    // RFC 9773 §5: replaced is what another order names that is not invalid.
    private static bool IsReplaced(SqlSession db, string certificate, OrderRecord order) => db.Number(
        """
        SELECT count(*) FROM acme_order WHERE replaces = $1 AND status <> 'invalid' AND id <> $3
            AND (status NOT IN ('pending', 'ready') OR expires > $2)
        """,
        certificate, Time(order.Created), order.Id) > 0;

    private static IEnumerable<SqlStatement> Adding(OrderRecord order) =>
    [
        new(
            $"INSERT INTO acme_order ({OrderColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL, NULL, $10, $11) ON CONFLICT DO NOTHING",
            order.Id, order.AccountId, Text(order.Status), Time(order.Created), Time(order.Expires), Lines(order.Names),
            Lines(order.AuthorizationIds), Time(order.NotBefore), Time(order.NotAfter), order.Profile, order.Replaces),
        .. order.AuthorizationIds.Select(authorization => new SqlStatement("INSERT INTO order_authorization VALUES ($1, $2) ON CONFLICT DO NOTHING", authorization, order.Id)),
    ];
}
