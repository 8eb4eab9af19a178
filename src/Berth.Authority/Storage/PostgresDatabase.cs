using Berth.Kernel;
using Npgsql;

namespace Berth.Authority.Storage;

/// <summary>The database that several nodes share: PostgreSQL, with a few writers whose changes share commits, and a few readers.</summary>
internal sealed class PostgresDatabase : ISqlDatabase
{
    private const int Writers = 4;
    private const int Readers = 6;
    private readonly SqlWorkers _writers;
    private readonly SqlWorkers _readers;
    private readonly NpgsqlDataSource _source;

    private PostgresDatabase(NpgsqlDataSource source)
    {
        _source = source;
        _writers = new SqlWorkers(Sessions(source, Writers, waitsForDisk: true), inTransactions: true);
        _readers = new SqlWorkers(Sessions(source, Readers, waitsForDisk: false), inTransactions: false);
    }

    public bool IsAlone => false;

    /// <param name="connection">Npgsql's connection string.</param>
    /// <param name="target">The version to bring it to.</param>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.DatabaseNotReached"/>, <see cref="AuthorityProblems.DatabaseNewer"/>.</exception>
    internal static PostgresDatabase Open(string connection, int? target = null) => Connect(connection, (source, name) =>
    {
        using (var session = new PostgresSession(source))
        {
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

    public Task<T> MarkAsync<T>(Func<SqlSession, T> change, CancellationToken cancel) => _readers.RunAsync(change, cancel);

    public Task<T> ReadAsync<T>(Func<SqlSession, T> read, CancellationToken cancel) => _readers.RunAsync(read, cancel);

    // The slim builder leaves out the types that nothing here stores: megabytes of the binary.
    private static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableTransportSecurity().Build();

    private static List<SqlSession> Sessions(NpgsqlDataSource source, int count, bool waitsForDisk)
    {
        var sessions = new List<SqlSession>();
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
        await _readers.DisposeAsync();
        await _source.DisposeAsync();
    }
}
