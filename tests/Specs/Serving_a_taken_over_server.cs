using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Serving_a_taken_over_server : IAsyncLifetime
{
    private readonly HttpListener _container = new();
    private readonly int _port = FreePort.Next();
    private DokkuServerTree _tree = null!;
    private BerthServer _berth = null!;
    private SortedDictionary<string, string> _before = null!;

    public async ValueTask InitializeAsync()
    {
        _container.Prefixes.Add($"http://+:{_port}/");
        _container.Start();
        _ = AnswerAsync();
        _berth = await BerthServer.StartAsync(prepare: berth =>
        {
            _tree = new DokkuServerTree(berth);
            _tree.Write(_port);
            _before = _tree.Snapshot();
        });
    }

    [Fact]
    public async Task shows_every_certificate_from_the_first_visitor_on()
    {
        foreach (var (domain, serial) in _tree.Serials)
        {
            Assert.Equal((domain, serial), (domain, await SerialShownAsync(domain)));
        }
    }

    [Fact]
    public async Task reads_config_wherever_it_was()
    {
        Assert.Equal("hello \"you\"\n", await _berth.OkAsync("config:get", "shop", "GREETING"));
        Assert.Equal("as it was\n", await _berth.OkAsync("config:get", "blog", "GREETING"));
        Assert.Equal("from the root\n", await _berth.OkAsync("config:get", "--global", "GLOBAL"));
    }

    [Fact]
    public async Task knows_what_was_set_wherever_it_was()
    {
        Assert.Equal("false\n", await _berth.OkAsync("nginx:report", "shop", "--nginx-hsts"));
        Assert.Equal("http:80:5000 https:443:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
        Assert.Equal("on-failure:20\n", await _berth.OkAsync("ps:report", "shop", "--ps-restart-policy"));
        Assert.Equal("--link a:b\n", await _berth.OkAsync("docker-options:report", "shop", "--docker-options-deploy"));
        Assert.Equal("--restart=on-failure:10 -v /var/lib/dokku/data/storage/blog:/data\n", await _berth.OkAsync("docker-options:report", "blog", "--docker-options-deploy"));
        Assert.Equal("inner\n", await _berth.OkAsync("network:report", "shop", "--network-attach-post-deploy"));
        Assert.Equal("me@example.com\n", await _berth.OkAsync("cron:report", "shop", "--cron-global-mailto"));
        Assert.Matches("web: +2\\nworker: +1\\n$", await _berth.OkAsync("ps:scale", "shop"));
        Assert.Matches("web: +2\\nworker: +3\\n$", await _berth.OkAsync("ps:scale", "blog"));
        Assert.Contains("NAME=\"admin\"", await _berth.OkAsync("ssh-keys:list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task runs_the_plugins_that_were_there_with_files_of_its_own_to_source()
    {
        Assert.Contains("  greet                1.0.0 enabled    Greets\n", await _berth.OkAsync("plugin:list"), StringComparison.Ordinal);
        Assert.Equal("-----> greetings to blog hand shop web\n", await _berth.OkAsync("greet"));
        Assert.Equal("# Dokku's own\n", await File.ReadAllTextAsync($"{_berth.Lib}/core-plugins/available/common/functions"));
    }

    [Fact]
    public async Task plans_the_renewal_of_what_was_issued_and_leaves_alone_what_was_not()
    {
        var list = await _berth.OkAsync("letsencrypt:list");
        Assert.Contains("shop ", list, StringComparison.Ordinal);
        Assert.Contains("blog ", list, StringComparison.Ordinal);
        Assert.DoesNotContain("hand ", list, StringComparison.Ordinal);
        Assert.Equal("true\n", await _berth.OkAsync("letsencrypt:active", "blog"));
    }

    [Fact]
    public async Task sends_requests_to_the_containers_that_answer()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_berth.HttpPort}/");
        request.Headers.Host = "web.example.com";
        using var response = await client.SendAsync(request);
        Assert.Equal("from the container", await response.Content.ReadAsStringAsync());

        var doctor = await _berth.RunAsync("doctor", "web");
        Assert.Contains($"it runs in containers that Dokku started; requests go to 127.0.0.1:{_port}", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task changes_nothing_that_Dokku_would_need_to_go_back()
    {
        foreach (var words in new[]
        {
            "apps:list", "apps:report", "config:show shop", "config:show blog", "domains:report", "certs:report", "letsencrypt:list", "letsencrypt:report",
            "ps:report", "letsencrypt:auto-renew", "ps:scale blog", "docker-options:report", "nginx:report", "nginx:show-config shop", "ssh-keys:list", "plugin:list",
            "greet", "proxy:build-config --all", "ports:report", "report", "doctor",
        })
        {
            await _berth.RunAsync(words.Split(' '));
        }

        await _berth.StopAsync();

        var after = _tree.Snapshot();
        string[] changed = [.. _before.Where(entry => after.GetValueOrDefault(entry.Key) != entry.Value).Select(entry => $"{entry.Key} was {entry.Value}")];
        Assert.Empty(changed);

        // Its own: documented in the guide.
        string[] own = [$"{_berth.Lib}/run", $"{_berth.Lib}/data/authority", $"{_berth.Lib}/data/instances", $"{_berth.Lib}/core-plugins.berth", $"{_berth.Lib}/data/nginx-vhosts"];
        string[] added = [.. after.Keys.Where(path => !_before.ContainsKey(path)
            && !path.EndsWith("/letsencrypt/advice.json", StringComparison.Ordinal)
            && !own.Any(folder => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal)))];
        Assert.Empty(added);
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        _container.Close();
    }

    private async Task<string> SerialShownAsync(string domain)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _berth.HttpsPort);
        var shown = "";
#pragma warning disable CA5359 // Which certificate is shown is what is looked at; nothing is sent.
        await using var tls = new SslStream(socket.GetStream(), false, (_, certificate, _, _) =>
        {
            using var leaf = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
            shown = leaf.SerialNumber;
            return true;
        });
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(domain);
        return shown;
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _container.GetContextAsync();
                await context.Response.OutputStream.WriteAsync("from the container"u8.ToArray());
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
