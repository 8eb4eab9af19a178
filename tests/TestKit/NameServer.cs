using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Berth.Kernel;

namespace Berth.TestKit;

/// <summary>
/// A real authoritative name server (BIND, Knot or PowerDNS) of one test's own on a loopback port, with one zone, example.test, that
/// takes updates signed with a key.
/// </summary>
public sealed class NameServer : IAsyncDisposable
{
    public const string Zone = "example.test";
    public const string KeyName = "berth-test";
    public const string KeySecret = "c2l4dGVlbiBieXRlcyBvZiBhIHNlY3JldCBrZXkhIQ==";
    public const string ApiKey = "pdns-api-key";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private readonly ScratchFolder _scratch = new();
    private RunningProgram? _program;

    private NameServer()
    {
    }

    public IPEndPoint Address { get; } = new(IPAddress.Loopback, FreePort.Next());

    /// <summary>PowerDNS's HTTP API.</summary>
    public Uri Api { get; } = new($"http://127.0.0.1:{FreePort.Next()}/");

    /// <summary>BIND 9. Its zone has a delegation, <c>sub.example.test</c>, to itself, and aliases, see the zone's text.</summary>
    /// <param name="extraRecords">Lines of a zone file.</param>
    public static async Task<NameServer> StartBindAsync(string extraRecords = "")
    {
        var server = new NameServer();
        server.Write("zone.db", ZoneText(extraRecords));
        server.Write("sub.db", ZoneText(""));
        server.Write("open.db", ZoneText(""));
        server.Write("named.conf", $$"""
            options {
              directory "{{server._scratch.Path}}"; pid-file none; session-keyfile "{{server._scratch["session.key"]}}";
              listen-on port {{server.Address.Port}} { 127.0.0.1; }; listen-on-v6 { none; };
              recursion yes; allow-query { any; }; dnssec-validation no; notify no; max-cache-size 8M;
            };
            controls { };
            key "{{KeyName}}" { algorithm hmac-sha256; secret "{{KeySecret}}"; };
            key "old" { algorithm hmac-md5; secret "{{KeySecret}}"; };
            key "big" { algorithm hmac-sha512; secret "{{KeySecret}}"; };
            zone "{{Zone}}" { type primary; file "zone.db"; allow-update { key "{{KeyName}}"; key "old"; key "big"; }; };
            zone "sub.{{Zone}}" { type primary; file "sub.db"; allow-update { key "{{KeyName}}"; }; };
            zone "open.test" { type primary; file "open.db"; allow-update { any; }; };
            """);
        await server.RunAsync("/usr/sbin/named", ["-g", "-c", server._scratch["named.conf"], "-n", "1", "-U", "1"]);
        return server;
    }

    public static async Task<NameServer> StartKnotAsync()
    {
        var server = new NameServer();
        server.Write("zone.db", $"$ORIGIN {Zone}.\n" + ZoneText(""));
        server.Write("knot.conf", $$"""
            server:
                rundir: "{{server._scratch.Path}}"
                listen: 127.0.0.1@{{server.Address.Port}}
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            database:
                storage: "{{server._scratch["db"]}}"
            log:
              - target: stderr
                any: warning
            key:
              - id: {{KeyName}}
                algorithm: hmac-sha256
                secret: {{KeySecret}}
            acl:
              - id: update
                key: {{KeyName}}
                action: update
            zone:
              - domain: {{Zone}}
                file: "{{server._scratch["zone.db"]}}"
                acl: update
                zonefile-sync: -1
                journal-content: none
            """);
        await server.RunAsync("/usr/sbin/knotd", ["-c", server._scratch["knot.conf"]]);
        return server;
    }

    public static async Task<NameServer> StartPowerDnsAsync()
    {
        var server = new NameServer();
        var schema = await File.ReadAllTextAsync("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql");
        var made = await ExternalProgram.RunAsync("sqlite3", [server._scratch["pdns.db"]], input: schema);
        Xunit.Assert.True(made.Status == 0, made.ToString());
        server.Write("pdns.conf", $"""
            launch=gsqlite3
            gsqlite3-database={server._scratch["pdns.db"]}
            local-address=127.0.0.1
            local-port={server.Address.Port}
            socket-dir={server._scratch.Path}
            api=yes
            api-key={ApiKey}
            webserver=yes
            webserver-address=127.0.0.1
            webserver-port={server.Api.Port}
            webserver-allow-from=127.0.0.1
            cache-ttl=0
            query-cache-ttl=0
            negquery-cache-ttl=0
            zone-cache-refresh-interval=0
            guardian=no
            daemon=no
            """);
        await server.RunAsync("/usr/sbin/pdns_server", [$"--config-dir={server._scratch.Path}"], isReady: server.ApiAnswersAsync);
        return server;
    }

    /// <summary>Asks it for a name's TXT values, with someone else's program.</summary>
    public async Task<IReadOnlyList<string>> TextAtAsync(string name)
    {
        var port = Address.Port.ToString(CultureInfo.InvariantCulture);
        var output = await ExternalProgram.SucceedAsync("dig", ["+short", "+norecurse", "-p", port, "@127.0.0.1", name, "TXT"]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Replace("\" \"", "", StringComparison.Ordinal).Trim('"')).Order(StringComparer.Ordinal)];
    }

    /// <summary>Adds a TXT record as its owner would by hand, with someone else's program.</summary>
    public async Task AddTextAsync(string name, string value)
    {
        var update = $"server 127.0.0.1 {Address.Port}\nupdate add {name} 60 TXT \"{value}\"\nsend\n";
        var result = await ExternalProgram.RunAsync("nsupdate", ["-y", $"hmac-sha256:{KeyName}:{KeySecret}"], input: update);
        Xunit.Assert.True(result.Status == 0, result.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (_program is not null)
        {
            await _program.DisposeAsync();
        }

        _scratch.Dispose();
    }

    private static string ZoneText(string extraRecords) => $"""
        $TTL 60
        @ IN SOA ns1 admin 1 3600 600 86400 60
        @ IN NS ns1
        ns1 IN A 127.0.0.1
        keep IN TXT "of the owner"
        {extraRecords}

        """;

    private void Write(string name, string text) => AtomicFile.Write(_scratch[name], text);

    private async Task RunAsync(string program, string[] arguments, Func<CancellationToken, Task<bool>>? isReady = null)
    {
        _program = RunningProgram.Start(program, arguments);
        using var limit = new CancellationTokenSource(StartLimit);

        // There is no event to wait for that all three have in common.
        while (!await (isReady ?? AnswersAsync)(limit.Token))
        {
            if (_program.HasExited || limit.IsCancellationRequested)
            {
                var said = string.Join('\n', _program.Said.TakeLast(20));
                await DisposeAsync();
                throw new InvalidOperationException($"{program} does not start:\n{said}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System, CancellationToken.None);
        }
    }

    // A query for the zone's SOA over TCP, put together by hand; any answer without an error will do.
    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        byte[] query =
        [
            0, 30, 0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, .. "example"u8, 4, .. "test"u8, 0, 0, 6, 0, 1,
        ];
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Address, cancel);
            await client.GetStream().WriteAsync(query, cancel);
            var answer = new byte[14];
            await client.GetStream().ReadExactlyAsync(answer, cancel);
            return (answer[5] & 0x0F) == 0 && answer[9] > 0;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> ApiAnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var response = await http.GetAsync(Api, cancel);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
