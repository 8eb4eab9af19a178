using System.Globalization;

namespace Berth.TestKit;

/// <summary>A PostgreSQL cluster of the tests' own: in a scratch folder, on a socket there, as a user without rights.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> Started = new(StartAsync);
    private static int _databases;
    private readonly string _folder;
    private readonly int _port;
    private readonly RunningProgram _program;

    private PostgresServer(string folder, int port, RunningProgram program) => (_folder, _port, _program) = (folder, port, program);

    /// <summary>The one of this test run: <see cref="PostgresFixture"/> ends it.</summary>
    public static Task<PostgresServer> SharedAsync() => Started.Value;

    /// <summary>Ends the one of this test run, if there was one.</summary>
    internal static async Task EndSharedAsync()
    {
        if (Started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await Started.Value).DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // At once, and its own processes before it: none of them writes into the folder any more.
        await ExternalProgram.SucceedAsync("kill", ["-QUIT", _program.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        await _program.EndedAsync();
        await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <returns>Npgsql's connection string of a new, empty database.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"authority_{Interlocked.Increment(ref _databases)}");
        await SqlAsync("postgres", $"CREATE DATABASE {name}");
        return $"Host={_folder};Port={_port};Database={name};Username=berth";
    }

    public Task<string> SqlAsync(string database, string sql) => ExternalProgram.SucceedAsync(
        Tool("psql"), ["-h", _folder, "-p", _port.ToString(CultureInfo.InvariantCulture), "-U", "berth", "-d", database, "-qAtc", sql]);

    private static async Task<PostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("berth-pg-").FullName;
        if (Environment.UserName == "root")
        {
            await ExternalProgram.SucceedAsync("chown", ["nobody:nogroup", folder]);
        }

        var data = Path.Combine(folder, "data");
        await ExternalProgram.SucceedAsync(Program("initdb"), Arguments("initdb", "-D", data, "-U", "berth", "-A", "trust", "-E", "UTF8", "--locale=C"));
        var port = FreePort.Next();
        var server = RunningProgram.Start(Program("postgres"), Arguments(
            "postgres", "-D", data, "-k", folder, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=", "-c", "max_connections=200"));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await server.SaysAsync("ready to accept connections", limit.Token)
            ? new PostgresServer(folder, port, server)
            : throw new InvalidOperationException("postgres: " + string.Join('\n', server.Said));
    }

    // It refuses to run as root.
    private static string Program(string name) => Environment.UserName == "root" ? "setpriv" : Tool(name);

    private static string[] Arguments(string name, params string[] words) => Environment.UserName == "root"
        ? ["--reuid=nobody", "--regid=nogroup", "--clear-groups", Tool(name), .. words]
        : words;

    private static string Tool(string name) => Directory.EnumerateDirectories("/usr/lib/postgresql")
        .OrderByDescending(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture))
        .Select(version => Path.Combine(version, "bin", name)).First(File.Exists);
}
