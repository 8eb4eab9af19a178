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

    private const string ChallengeById = $"SELECT {ChallengeColumns} FROM challenge WHERE id = $1";

    private const string TaskOfChallenge =
        """
        SELECT c.id, a.id, z.name, c.token, a.thumbprint, c.type, c.account_url FROM challenge c
        JOIN acme_authorization z ON z.id = c.authz JOIN account a ON a.id = z.account WHERE c.id = $1
        """;

    public Task<AuthorizationRecord?> FindAuthorizationAsync(string id, CancellationToken cancel) => _database.ReadAsync(
        db => WithChallenges(db, db.Find(
            $"SELECT {AuthorizationColumns} FROM acme_authorization WHERE id = $1", Authorization, id)),
        cancel);

    public Task<AuthorizationRecord?> FindAuthorizationOfChallengeAsync(string challengeId, CancellationToken cancel) => _database.ReadAsync(
        db => WithChallenges(db, db.Find(
            $"SELECT {AuthorizationColumns} FROM acme_authorization WHERE id = (SELECT authz FROM challenge WHERE id = $1)", Authorization, challengeId)),
        cancel);

    public Task<AuthorizationRecord?> FindValidAuthorizationAsync(
        string accountId, string name, DateTimeOffset until, CancellationToken cancel) => _database.ReadAsync(
        db => db.Find(
            $"""
            SELECT {AuthorizationColumns} FROM acme_authorization
            WHERE account = $1 AND name = $2 AND status = 'valid' AND expires > $3 ORDER BY expires DESC LIMIT 1
            """,
            Authorization, accountId, name, Time(until)),
        cancel);

    public Task<AuthorizationRecord?> FindOpenAuthorizationAsync(
        string accountId, string name, DateTimeOffset until, CancellationToken cancel) => _database.ReadAsync(
        db => WithChallenges(db, db.Find(
            $"""
            SELECT {AuthorizationColumns} FROM acme_authorization
            WHERE account = $1 AND name = $2 AND status IN ('pending', 'valid') AND expires > $3
            ORDER BY status DESC, expires DESC LIMIT 1
            """,
            Authorization, accountId, name, Time(until))),
        cancel);

    public Task AddAuthorizationAsync(AuthorizationRecord authorization, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            db.ExecuteAll([.. Adding(authorization)]);
            return true;
        },
        cancel);

    public Task<int> CountPendingAsync(string accountId, int limit, DateTimeOffset now, CancellationToken cancel) => _database.ReadAsync(
        db => (int)db.Number(
            """
            SELECT count(*) FROM (SELECT 1 FROM acme_authorization
                WHERE account = $1 AND status = 'pending' AND expires > $2 LIMIT $3) AS found
            """,
            accountId, Time(now), limit),
        cancel);

    public Task DeactivateAuthorizationAsync(string id, string orderError, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            HoldOrdersOf(db, id);
            db.Execute(
                "UPDATE acme_authorization SET status = 'deactivated' WHERE id = $1 AND status IN ('pending', 'valid')", id);
            FailOrdersOf(db, id, orderError);
            return true;
        },
        cancel);

    public Task<ChallengeRecord?> FindChallengeAsync(string id, CancellationToken cancel) =>
        _database.ReadAsync(db => db.Find(ChallengeById, Challenge, id), cancel);

    public Task<bool> StartChallengeAsync(string id, string accountUrl, Lease lease, CancellationToken cancel) => _database.WriteAsync(
        db => db.Execute(
            """
            UPDATE challenge SET status = 'processing', account_url = $2, lease_node = $3, lease_until = $4
            WHERE id = $1 AND status = 'pending'
            """,
            id, accountUrl, lease.Node, Time(lease.Until)) == 1,
        cancel);

    public Task NoteAttemptAsync(string id, string accountUrl, string error, Lease lease, CancellationToken cancel) => _database.WriteAsync(
        db => db.Execute(
            """
            UPDATE challenge SET status = 'processing', error = $2, account_url = $3, lease_node = $4, lease_until = $5
            WHERE id = $1 AND status IN ('pending', 'processing')
            """,
            id, error, accountUrl, lease.Node, Time(lease.Until)),
        cancel);

    public Task<bool> FinishChallengeAsync(ChallengeVerdict verdict, CancellationToken cancel) => _database.WriteAsync(
        db =>
        {
            var isFirst = Finish(db, verdict);
            if (isFirst)
            {
                Charge(db, verdict.Cost, verdict.At);
                Count(db, verdict.Tally, verdict.At, isFailure: verdict.Error is not null);
            }

            return isFirst;
        },
        cancel);

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
                ORDER BY id LIMIT $4 {db.PassingLocked})
            RETURNING id
            """,
            row => row.GetString(0), lease.Node, Time(lease.Until), Time(now), limit)
            .Select(id => db.Find(TaskOfChallenge, Task, id)).OfType<ValidationTask>().ToImmutableArray(),
        cancel);

    private static ValidationTask Task(DbDataReader row) => new()
    {
        ChallengeId = row.GetString(0),
        AccountId = row.GetString(1),
        Name = row.GetString(2),
        Token = row.GetString(3),
        Thumbprint = row.GetString(4),
        Type = row.GetString(5),
        AccountUrl = TextOrNull(row, 6) ?? "",
    };

    private static bool Finish(SqlSession db, ChallengeVerdict verdict)
    {
        var error = verdict.Error;
        var authorization = db.Find(
            """
            UPDATE challenge SET status = $2, validated = $3, error = $4, account_url = $5
            WHERE id = $1 AND status IN ('pending', 'processing') RETURNING authz
            """,
            row => row.GetString(0),
            verdict.ChallengeId, error is null ? "valid" : "invalid", error is null ? Time(verdict.At) : null, error, verdict.AccountUrl);
        if (authorization is null)
        {
            return false;
        }

        HoldOrdersOf(db, authorization);
        if (error is not null)
        {
            // Proven another way meanwhile, it stays valid, and so do its orders.
            if (db.Execute(
                "UPDATE acme_authorization SET status = 'invalid' WHERE id = $1 AND status = 'pending'", authorization) == 1)
            {
                FailOrdersOf(db, authorization, error);
            }

            return true;
        }

        db.Execute(
            "UPDATE acme_authorization SET status = 'valid', expires = $2 WHERE id = $1 AND status = 'pending'",
            authorization, Time(verdict.Expires));
        ReadyOrdersOf(db, authorization);
        return true;
    }

    // Two authorizations of one order that are decided at the same moment, on two nodes, each see the other's old state; the one that
    // waits here sees the new one. In the order of ids, so that two cannot wait for each other.
    private static void HoldOrdersOf(SqlSession db, string authorization)
    {
        if (db.Holding.Length > 0)
        {
            db.List(
                $"""
                SELECT id FROM acme_order WHERE id IN (SELECT acme_order FROM order_authorization WHERE authz = $1)
                ORDER BY id {db.Holding}
                """,
                row => row.GetString(0), authorization);
        }
    }

    // An order that holds an authorization in a final state other than valid can never be fulfilled (§7.1.6).
    private static void FailOrdersOf(SqlSession db, string authorization, string error) => db.Execute(
        """
        UPDATE acme_order SET status = 'invalid', error = $2 WHERE status IN ('pending', 'ready')
            AND id IN (SELECT acme_order FROM order_authorization WHERE authz = $1)
        """,
        authorization, error);

    private static void ReadyOrdersOf(SqlSession db, string authorization) => db.Execute(
        $"""
        UPDATE acme_order SET status = 'ready' WHERE status = 'pending'
            AND id IN (SELECT acme_order FROM order_authorization WHERE authz = $1) AND {IsProven}
        """,
        authorization);

    private static AuthorizationRecord? WithChallenges(SqlSession db, AuthorizationRecord? found) => found is null
        ? null
        : found with
        {
            Challenges = [.. db.List(
                $"SELECT {ChallengeColumns} FROM challenge WHERE authz = $1 ORDER BY id", Challenge, found.Id)],
        };

    private static IEnumerable<(string Sql, object?[] Values)> Adding(AuthorizationRecord authorization)
    {
        yield return (
            $"INSERT INTO acme_authorization ({AuthorizationColumns}) VALUES ($1, $2, $3, $4, $5)",
            [authorization.Id, authorization.AccountId, authorization.Name, Text(authorization.Status), Time(authorization.Expires)]);
        if (authorization.Challenges is { IsEmpty: false } challenges)
        {
            yield return (AddChallenges[challenges.Length], [.. challenges.SelectMany(challenge =>
                (object?[])[challenge.Id, challenge.AuthorizationId, challenge.Type, challenge.Token, Text(challenge.Status)])]);
        }
    }

    // By their number: a statement for all of an authorization's challenges, as each costs a way to the database.
    private static readonly ImmutableArray<string> AddChallenges =
    [
        .. Enumerable.Range(0, MostChallenges + 1).Select(count => $"INSERT INTO challenge ({ChallengeColumns}) VALUES " + string.Join(", ", Enumerable.Range(0, count).Select(
            row => string.Create(CultureInfo.InvariantCulture, $"(${(row * 5) + 1}, ${(row * 5) + 2}, ${(row * 5) + 3}, ${(row * 5) + 4}, ${(row * 5) + 5}, NULL, NULL, NULL)")))),
    ];
}
