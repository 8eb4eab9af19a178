using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using static Berth.Authority.Storage.SqlRows;

namespace Berth.Authority.Storage;

internal sealed partial class SqlStore
{
    private const string AuthorizationColumns = "id, account, name, status, expires";

    // As many as there are types.
    private const int MostChallenges = 5;

    private const string TaskOfChallenge =
        """
        SELECT c.id, a.id, z.name, c.token, a.thumbprint, c.type, c.account_url FROM challenge c
        JOIN acme_authorization z ON z.id = c.authz JOIN account a ON a.id = z.account WHERE c.id = $1
        """;

    // Together with its challenges: an authorization is a row for each of them, or one without any.
    private const string AuthorizationWithChallenges =
        """
        SELECT z.id, z.account, z.name, z.status, z.expires, c.id, c.authz, c.type, c.token, c.status, c.validated, c.error, c.account_url
        FROM acme_authorization z LEFT JOIN challenge c ON c.authz = z.id
        """;

    public Task<AuthorizationRecord?> FindAuthorizationAsync(string id, CancellationToken cancel) =>
        FindWithChallengesAsync(new($"{AuthorizationWithChallenges} WHERE z.id = $1 ORDER BY c.id", id), cancel);

    public Task<AuthorizationRecord?> FindAuthorizationOfChallengeAsync(string challengeId, CancellationToken cancel) => FindWithChallengesAsync(
        new($"{AuthorizationWithChallenges} WHERE z.id = (SELECT authz FROM challenge WHERE id = $1) ORDER BY c.id", challengeId), cancel);

    public Task<AuthorizationRecord?> FindValidAuthorizationAsync(
        string accountId, string name, DateTimeOffset until, CancellationToken cancel) => FindAsync(
        new(
            $"""
            SELECT {AuthorizationColumns} FROM acme_authorization
            WHERE account = $1 AND name = $2 AND status = 'valid' AND expires > $3 ORDER BY expires DESC LIMIT 1
            """,
            accountId, name, Time(until)),
        Authorization,
        cancel);

    public Task<AuthorizationRecord?> FindOpenAuthorizationAsync(
        string accountId, string name, DateTimeOffset until, CancellationToken cancel) => FindWithChallengesAsync(
        new(
            $"""
            {AuthorizationWithChallenges} WHERE z.id = (SELECT id FROM acme_authorization
                WHERE account = $1 AND name = $2 AND status IN ('pending', 'valid') AND expires > $3
                ORDER BY status DESC, expires DESC LIMIT 1)
            ORDER BY c.id
            """,
            accountId, name, Time(until)),
        cancel);

    public Task AddAuthorizationAsync(AuthorizationRecord authorization, CancellationToken cancel) =>
        _database.ApplyAsync([.. Adding(authorization)], cancel);

    public async Task<int> CountPendingAsync(string accountId, int limit, DateTimeOffset now, CancellationToken cancel) => (int)await NumberAsync(
        new(
            """
            SELECT count(*) FROM (SELECT 1 FROM acme_authorization
                WHERE account = $1 AND status = 'pending' AND expires > $2 LIMIT $3) AS found
            """,
            accountId, Time(now), limit),
        cancel);

    public Task DeactivateAuthorizationAsync(string id, string orderError, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            Hold(db, OrdersOf, id);
            db.Execute(
                "UPDATE acme_authorization SET status = 'deactivated' WHERE id = $1 AND status IN ('pending', 'valid')", id);
            db.Execute(FailOrders, id, orderError, Pending, Ready);
            return true;
        },
        cancel);

    public Task<ChallengeRecord?> FindChallengeAsync(string id, CancellationToken cancel) =>
        FindAsync(new($"SELECT {ChallengeColumns} FROM challenge WHERE id = $1", id), Challenge, cancel);

    public async Task<bool> StartChallengeAsync(string id, string accountUrl, Lease lease, CancellationToken cancel) => await _database.ApplyAsync(
        [
            new(
                """
                UPDATE challenge SET status = 'processing', account_url = $2, lease_node = $3, lease_until = $4
                WHERE id = $1 AND status = 'pending'
                """,
                id, accountUrl, lease.Node, Time(lease.Until)),
        ],
        cancel) == 1;

    public Task NoteAttemptAsync(string id, string accountUrl, string error, Lease lease, CancellationToken cancel) => _database.ApplyAsync(
        [
            new(
                """
                UPDATE challenge SET status = 'processing', error = $2, account_url = $3, lease_node = $4, lease_until = $5
                WHERE id = $1 AND status IN ('pending', 'processing')
                """,
                id, error, accountUrl, lease.Node, Time(lease.Until)),
        ],
        cancel);

    public async Task<bool> FinishChallengeAsync(ChallengeVerdict verdict, CancellationToken cancel)
    {
        var statements = Deciding(verdict);
        return verdict is { Cost.IsEmpty: true, Tally: null }
            ? await _database.ApplyAsync(statements, cancel) == 1
            : await _database.WriteAsync(
                db =>
                {
                    var isFirst = db.Apply(statements) == 1;
                    Charge(db, isFirst ? verdict.Cost : [], verdict.At);
                    Count(db, isFirst ? verdict.Tally : null, verdict.At, isFailure: verdict.Error is not null);
                    return isFirst;
                },
                cancel);
    }

    public Task<ImmutableArray<string>> KeepChallengesAsync(ImmutableArray<string> ids, Lease lease, CancellationToken cancel) => _database.WriteAsync(
        db => ids.Where(id => db.Execute(
            "UPDATE challenge SET lease_until = $3 WHERE id = $1 AND lease_node = $2 AND status = 'processing'",
            id, lease.Node, Time(lease.Until)) == 1).ToImmutableArray(),
        cancel);

    public Task<ImmutableArray<ValidationTask>> ClaimChallengesAsync(
        Lease lease, DateTimeOffset now, int limit, CancellationToken cancel) => _database.WriteAsync(
        db => db.List(
            $"""
            UPDATE challenge SET lease_node = $1, lease_until = $2 WHERE id IN (
                SELECT id FROM challenge WHERE status = 'processing' AND (lease_until IS NULL OR lease_until <= $3)
                ORDER BY id LIMIT $4 {PassingLocked})
            RETURNING id
            """,
            row => row.GetString(0), lease.Node, Time(lease.Until), Time(now), limit)
            .Select(id => db.Find(TaskOfChallenge, TaskOf, id)).OfType<ValidationTask>().ToImmutableArray(),
        cancel);

    private static ValidationTask TaskOf(DbDataReader row) => new()
    {
        ChallengeId = row.GetString(0),
        AccountId = row.GetString(1),
        Name = row.GetString(2),
        Token = row.GetString(3),
        Thumbprint = row.GetString(4),
        Type = row.GetString(5),
        AccountUrl = TextOrNull(row, 6) ?? "",
    };

    // What was decided before stays: its authorization is pending no more then.
    private ImmutableArray<SqlStatement> Deciding(ChallengeVerdict verdict)
    {
        var id = verdict.ChallengeId;
        // Two authorizations of one order that are decided at the same moment, on two nodes, each see the other's old state; the one that
        // waits here sees the new one. In the order of ids, with all that travel together, so that two cannot wait for each other.
        ImmutableArray<SqlStatement> holding = IsAlone ? [] : [new(HoldOrders(1), id) { HasRows = true, Holding = HoldOrders }];
        return verdict.Error is not { } error
            ?
            [
                new(ProveChallenge, id, Time(verdict.At), verdict.AccountUrl), .. holding,
                new(ProveAuthorization, id, Time(verdict.Expires)), new(ReadyOrders, id, Pending),
            ]
            :
            [
                new(FailChallenge, id, error, verdict.AccountUrl), .. holding,
                new(FailAuthorization, id), new(FailOrdersOfFailed, id, error, Pending, Ready),
            ];
    }

    private const string ProveChallenge =
        """
        UPDATE challenge SET status = 'valid', validated = $2, error = NULL, account_url = $3
        WHERE id = $1 AND status IN ('pending', 'processing')
        """;

    private const string FailChallenge =
        """
        UPDATE challenge SET status = 'invalid', validated = NULL, error = $2, account_url = $3
        WHERE id = $1 AND status IN ('pending', 'processing')
        """;

    private const string ProveAuthorization =
        $"UPDATE acme_authorization SET status = 'valid', expires = $2 WHERE id = {OfChallenge} AND status = 'pending'";

    // Proven another way meanwhile, it stays valid, and so do its orders.
    private const string FailAuthorization =
        $"UPDATE acme_authorization SET status = 'invalid' WHERE id = {OfChallenge} AND status = 'pending'";

    // Bound, not written into the statements: PostgreSQL would go through its index of all open orders for the few that are named.
    private const string Pending = "pending";

    private const string Ready = "ready";

    private const string OfChallenge = "(SELECT authz FROM challenge WHERE id = $1)";

    private const string OrdersOf = "SELECT id FROM acme_order WHERE id IN (SELECT acme_order FROM order_authorization WHERE authz = $1) ORDER BY id";

    private string HoldOrders(int challenges) =>
        $"""
        SELECT id FROM acme_order WHERE id IN (SELECT o.acme_order FROM challenge c JOIN order_authorization o ON o.authz = c.authz
            WHERE c.id IN ({string.Join(", ", Enumerable.Range(1, challenges).Select(value => string.Create(CultureInfo.InvariantCulture, $"${value}")))}))
        ORDER BY id {Holding}
        """;

    // An order that holds an authorization in a final state other than valid can never be fulfilled (§7.1.6).
    private const string FailOrders =
        """
        UPDATE acme_order SET status = 'invalid', error = $2 WHERE status IN ($3, $4)
            AND id IN (SELECT acme_order FROM order_authorization WHERE authz = $1)
        """;

    private const string FailOrdersOfFailed =
        $"""
        UPDATE acme_order SET status = 'invalid', error = $2 WHERE status IN ($3, $4) AND id IN (
            SELECT o.acme_order FROM order_authorization o JOIN acme_authorization z ON z.id = o.authz WHERE o.authz = {OfChallenge} AND z.status = 'invalid')
        """;

    private const string ReadyOrders =
        $"""
        UPDATE acme_order SET status = 'ready' WHERE status = $2
            AND id IN (SELECT acme_order FROM order_authorization WHERE authz = {OfChallenge}) AND {IsProven}
        """;

    private async Task<AuthorizationRecord?> FindWithChallengesAsync(SqlStatement statement, CancellationToken cancel)
    {
        var rows = await _database.AskAsync(
            statement, row => (Authorization(row), Challenge: row.IsDBNull(5) ? null : Challenge(row, 5)), cancel);
        return rows is [var (first, _), ..]
            ? first with { Challenges = [.. rows.Select(row => row.Challenge).OfType<ChallengeRecord>()] }
            : null;
    }

    private static IEnumerable<SqlStatement> Adding(AuthorizationRecord authorization)
    {
        yield return new(
            $"INSERT INTO acme_authorization ({AuthorizationColumns}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            authorization.Id, authorization.AccountId, authorization.Name, Text(authorization.Status), Time(authorization.Expires));
        if (authorization.Challenges is { IsEmpty: false } challenges)
        {
            yield return new(AddChallenges[challenges.Length], [.. challenges.SelectMany(challenge =>
                (object?[])[challenge.Id, challenge.AuthorizationId, challenge.Type, challenge.Token, Text(challenge.Status)])]);
        }
    }

    // By their number: a statement for all of an authorization's challenges, as each costs a way to the database.
    private static readonly ImmutableArray<string> AddChallenges =
    [
        .. Enumerable.Range(0, MostChallenges + 1).Select(count => $"INSERT INTO challenge ({ChallengeColumns}) VALUES " + string.Join(", ", Enumerable.Range(0, count).Select(
            row => string.Create(CultureInfo.InvariantCulture, $"(${(row * 5) + 1}, ${(row * 5) + 2}, ${(row * 5) + 3}, ${(row * 5) + 4}, ${(row * 5) + 5}, NULL, NULL, NULL)"))) + " ON CONFLICT DO NOTHING"),
    ];
}
