using System.Collections.Immutable;
using System.Data.Common;
using Berth.Kernel;
using Npgsql;

namespace Berth.Authority.Storage;

/// <summary>
/// The database that several nodes share: PostgreSQL. What is known from the start goes there together with all that has arrived meanwhile, in one message
/// and one commit; changes that go one step after the other have writers of their own.
/// </summary>
internal sealed class PostgresDatabase : ISqlDatabase
{
    private const int Writers = 2;
    private const int Questioners = 2;

    // A change has some five statements; who waits for an answer waits for all that went with it.
    private const int ChangesAtOnce = 128;
    private const int QuestionsAtOnce = 32;

    private readonly SqlWorkers _writers;
    private readonly SqlThreads<PostgresSession, PostgresPiece> _changes;
    private readonly SqlThreads<PostgresSession, PostgresPiece> _questions;
    private readonly NpgsqlDataSource _source;

    private PostgresDatabase(NpgsqlDataSource source)
    {
        _source = source;
        _writers = new SqlWorkers(Sessions(source, Writers, waitsForDisk: true));
        _changes = new(Sessions(source, 1, waitsForDisk: true), ChangesAtOnce, (session, pieces) => session.CarryOut(PostgresPiece.HoldingFirst(pieces)));
        _questions = new(Sessions(source, Questioners, waitsForDisk: false), QuestionsAtOnce, (session, pieces) =>
        {
            var inTurn = pieces.ToArray();
            Array.Sort(inTurn, PostgresPiece.ByTurn);
            session.CarryOut(inTurn);
        });
    }

    public bool IsAlone => false;

    /// <param name="connection">Npgsql's connection string.</param>
    /// <param name="target">The version to bring it to.</param>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.DatabaseNotReached"/>, <see cref="AuthorityProblems.DatabaseNewer"/>.</exception>
    internal static PostgresDatabase Open(string connection, int? target = null) => Connect(connection, (source, name) =>
    {
        using (var session = new PostgresSession(source))
        {
            // What changes tables waits for those who use them.
            session.Execute("SET lock_timeout = '30s'");
            SqlSchema.Migrate(session, SqlDialect.Postgres, name, target);
        }

        return new PostgresDatabase(source);
    });

    /// <summary>True when an authority has its tables there.</summary>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.DatabaseNotReached"/>.</exception>
    internal static bool HoldsRecords(string connection) => Connect(connection, (source, _) =>
    {
        using (source)
        {
            using var session = new PostgresSession(source);
            return session.Number("SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_version')") > 0;
        }
    });

    private static T Connect<T>(string connection, Func<NpgsqlDataSource, string, T> use)
    {
        var complete = new NpgsqlConnectionStringBuilder(connection)
        {
            // Sessions live as long as their threads, each with its own prepared statements.
            Pooling = false,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            ApplicationName = "berth-authority",
        };
        var name = $"{complete.Host}/{complete.Database}";
        var source = SourceOf(complete);
        try
        {
            return use(source, name);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            source.Dispose();
            throw AuthorityProblems.UnreachableDatabase(name, e.Message).AsException(e);
        }
    }

    public Task<T> WriteAsync<T>(Func<SqlSession, T> change, CancellationToken cancel) => _writers.RunAsync(change, cancel);

    public async Task<int> ApplyAsync(ImmutableArray<SqlStatement> statements, CancellationToken cancel)
    {
        var change = new PostgresPiece.Change(statements);
        await _changes.AddAsync(change, cancel);
        return await change.Done;
    }

    public Task<ImmutableArray<T>> MarkAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel) =>
        AskAsync(PostgresPiece.Question<T>.Marking(statement, read), cancel);

    public Task<ImmutableArray<T>> AskAsync<T>(SqlStatement statement, Func<DbDataReader, T> read, CancellationToken cancel) =>
        AskAsync(new PostgresPiece.Question<T>(statement, read), cancel);

    private async Task<ImmutableArray<T>> AskAsync<T>(PostgresPiece.Question<T> question, CancellationToken cancel)
    {
        await _questions.AddAsync(question, cancel);
        return await question.Done;
    }

    // The slim builder leaves out the types that nothing here stores: megabytes of the binary.
    private static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableTransportSecurity().Build();

    private static List<PostgresSession> Sessions(NpgsqlDataSource source, int count, bool waitsForDisk)
    {
        var sessions = new List<PostgresSession>();
        try
        {
            while (sessions.Count < count)
            {
                sessions.Add(new PostgresSession(source, waitsForDisk));
            }

            return sessions;
        }
        catch
        {
            sessions.ForEach(session => session.Dispose());
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _writers.DisposeAsync();
        await _changes.DisposeAsync();
        await _questions.DisposeAsync();
        await _source.DisposeAsync();
    }
}
