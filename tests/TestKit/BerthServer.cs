using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Berth.TestKit;

/// <summary>A daemon of one test's own: scratch roots, free ports, the real binary.</summary>
public sealed class BerthServer : IAsyncDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly Dictionary<string, string?> _environment;
    private RunningProgram? _daemon;
    private string[] _flags = [];
    private int _authorityPort;

    private BerthServer(IReadOnlyDictionary<string, string?>? environment)
    {
        _environment = With(
            new Dictionary<string, string?> { ["DOKKU_ROOT"] = Home, ["DOKKU_LIB_ROOT"] = Lib, ["NO_COLOR"] = "1" }, environment);

        // As on a server: apps with accounts of their own must be able to pass through.
        File.SetUnixFileMode(
            _scratch.Path,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    /// <summary>What commands run with, for programs that run them.</summary>
    public IReadOnlyDictionary<string, string?> Environment => _environment;

    public string Home => _scratch["home"];

    public string Lib => _scratch["lib"];

    public int HttpPort { get; private set; }

    public int HttpsPort { get; private set; }

    public int ProcessId => _daemon!.ProcessId;

    public string AuthorityRoot => $"{Lib}/data/authority/keys/root.pem";

    public string? Authority { get; private set; }

    /// <summary>What the daemon has logged since its last start, as far as it has come here: <see cref="LogsAsync"/> waits for a line.</summary>
    public string Log => string.Join('\n', _daemon?.Said ?? []);

    /// <summary>Scratch roots without a daemon, for commands that need none.</summary>
    public static BerthServer WithoutDaemon(IReadOnlyDictionary<string, string?>? environment = null) => new(environment);

    /// <param name="environment">The daemon's and the commands', for all of this server's life.</param>
    /// <param name="httpPort">Where the edge takes plain HTTP; 0 for any free port.</param>
    /// <param name="prepare">Puts state in place before the daemon first starts.</param>
    /// <param name="httpsPort">Where it takes HTTPS; 0 for any free port.</param>
    /// <param name="flags">Further words of <c>serve</c>.</param>
    public static async Task<BerthServer> StartAsync(
        IReadOnlyDictionary<string, string?>? environment = null, int httpPort = 0, Action<BerthServer>? prepare = null, int httpsPort = 0, params string[] flags)
    {
        var server = new BerthServer(environment) { HttpPort = httpPort, HttpsPort = httpsPort, _flags = flags };
        prepare?.Invoke(server);
        await server.RestartAsync();
        return server;
    }

    /// <summary>A server whose app hello, at hello.example.com, gets its certificate from a Pebble.</summary>
    /// <param name="pebble">Which.</param>
    /// <param name="httpPort">Where the edge takes plain HTTP; 0 for any free port.</param>
    /// <param name="trust">Its trusted roots; null for the Pebble's.</param>
    /// <param name="flags">Further words of <c>serve</c>.</param>
    public static async Task<BerthServer> StartAtAsync(PebbleServer pebble, int httpPort, string? trust = null, params string[] flags)
    {
        var server = await StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = trust ?? pebble.CertificateFile }, httpPort, flags: flags);
        await server.OkAsync("apps:create", "hello");
        await server.OkAsync("domains:set", "hello", "hello.example.com");
        await server.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await server.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        return server;
    }

    /// <summary>Starts the daemon (again) on the same state and the same ports, which are nobody else's while it is down.</summary>
    /// <param name="extra">Environment of this run only.</param>
    public async Task RestartAsync(IReadOnlyDictionary<string, string?>? extra = null)
    {
        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        (HttpPort, HttpsPort, _authorityPort) = (Chosen(HttpPort), Chosen(HttpsPort), Chosen(_authorityPort));
        _daemon = RunningProgram.Start(
            BerthProgram.Path,
            ["serve", "--http-port", Port(HttpPort), "--https-port", Port(HttpsPort), "--authority-port", Port(_authorityPort), .. _flags],
            With(_environment, extra));
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.True(await _daemon.SaysAsync("is serving", limit.Token), $"the daemon ended: {Log}");
        using var record = JsonDocument.Parse(await File.ReadAllTextAsync($"{Lib}/run/daemon.json"));
        Authority = record.RootElement.GetProperty("authority").GetString();
    }

    public Task<CommandResult> RunAsync(params string[] words) => RunAsync(words, null);

    public Task<CommandResult> RunAsync(IEnumerable<string> words, string? input) =>
        ExternalProgram.RunAsync(BerthProgram.Path, words, _environment, input);

    /// <summary>As somebody at a terminal: both outputs are one.</summary>
    public Task<CommandResult> OnTerminalAsync(params string[] words) =>
        ExternalProgram.RunAsync("script", ["-qec", string.Join(' ', words.Prepend(BerthProgram.Path)), "/dev/null"], _environment);

    /// <summary>Runs a command that must succeed.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> OkAsync(params string[] words)
    {
        var result = await RunAsync(words, null);
        Assert.True(result.Status == 0, $"{string.Join(' ', words)} {result}\n{Log}");
        return result.Output;
    }

    /// <summary>Waits for words in the daemon's log: it comes by another way than what the daemon prints, and may come later.</summary>
    public Task LogsAsync(string words) => Eventually.TrueAsync(() => Task.FromResult(Log.Contains(words, StringComparison.Ordinal)));

    /// <summary>kill -9 of the daemon alone: its apps go on.</summary>
    public async Task KillAsync()
    {
        _daemon!.KillAlone();
        await _daemon.EndedAsync();
    }

    /// <summary>Waits until the daemon has ended by itself.</summary>
    public Task EndedAsync() => _daemon!.EndedAsync();

    /// <summary>The orderly end, as systemd asks for it.</summary>
    public async Task StopAsync()
    {
        await _daemon!.TerminateAsync();
        await _daemon.EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is { HasExited: false })
        {
            await StopAsync();
        }

        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }

        _scratch.Dispose();
    }

    private static int Chosen(int port) => port == 0 ? FreePort.Next() : port;

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string?> With(
        IReadOnlyDictionary<string, string?> some, IReadOnlyDictionary<string, string?>? more)
    {
        var all = new Dictionary<string, string?>(some);
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        return all;
    }
}
