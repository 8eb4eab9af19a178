using System.Globalization;

namespace Berth.TestKit;

/// <summary>A PostgreSQL cluster of the tests' own: in a scratch folder, on a socket there, as a user without rights.</summary>
public sealed class PostgresServer
{
    private static readonly Lazy<Task<PostgresServer>> Started = new(StartAsync);
    private static int _databases;
    private readonly string _folder;
    private readonly int _port;

    private PostgresServer(string folder, int port) => (_folder, _port) = (folder, port);

    /// <summary>The one of this test run; ends with it.</summary>
    public static Task<PostgresServer> SharedAsync() => Started.Value;

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
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
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
            ? new PostgresServer(folder, port)
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
