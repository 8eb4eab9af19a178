using System.Net;
using System.Net.Sockets;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Refusing_what_cannot_work(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task a_certificate_without_an_email()
    {
        await Berth.OkAsync("apps:create", "bad1");
        var result = await Berth.RunAsync("letsencrypt", "bad1");
        Assert.Equal(1, result.Status);
        Assert.StartsWith(" !     ERROR: Cannot request a certificate without an e-mail address!\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("letsencrypt:set bad1 email", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_server_that_DNS_does_not_know_and_says_so_once()
    {
        await Berth.OkAsync("apps:create", "bad-dns");
        await Berth.OkAsync("domains:set", "bad-dns", "bad5.example.com");
        await Berth.OkAsync("letsencrypt:set", "bad-dns", "email", "you@example.com");
        await Berth.OkAsync("letsencrypt:set", "bad-dns", "dns-resolvers", $"127.0.0.1:{FreePort.Next()}");
        await Berth.OkAsync("letsencrypt:set", "bad-dns", "server", "https://ca.invalid/directory");

        var result = await Berth.RunAsync("letsencrypt:enable", "bad-dns");

        Assert.Equal(1, result.Status);
        Assert.Equal(2, (result.Output + result.Error).Split("The certificate authority's host ca.invalid is not known to DNS").Length);
    }

    [Fact]
    public async Task a_certificate_without_domains()
    {
        await Berth.OkAsync("apps:create", "bad2");
        await Berth.OkAsync("domains:clear", "bad2");
        var result = await Berth.RunAsync("letsencrypt:enable", "bad2");
        Assert.Equal(1, result.Status);
        Assert.StartsWith(" !     No domains detected for bad2\n", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bad.example.com/path", "'/'")]
    [InlineData("bad.example.com:8080", "':'")]
    [InlineData("two words.example.com", "space")]
    [InlineData("under_score.example.com", "'_'")]
    public async Task a_line_of_VHOST_that_is_no_domain_names_file_and_line_and_takes_no_other_down(string line, string why)
    {
        var app = $"bad3-{why.GetHashCode(StringComparison.Ordinal) & 0xffff}";
        await Berth.OkAsync("apps:create", app);
        await Berth.OkAsync("letsencrypt:set", app, "email", "you@example.com");
        await File.WriteAllLinesAsync($"{Berth.Home}/{app}/VHOST", [$"{app.ToUpperInvariant()}.LOCALHOST", line]);

        var result = await Berth.RunAsync("letsencrypt", app);

        Assert.Equal(1, result.Status);
        Assert.Contains($"{Berth.Home}/{app}/VHOST line 2: '{line}'", result.Error, StringComparison.Ordinal);
        Assert.Contains(why, result.Error, StringComparison.Ordinal);
        Assert.Equal($"{app}.localhost\n", await Berth.OkAsync("certs:report", app, "--ssl-hostnames"));
    }

    [Fact]
    public async Task an_order_when_every_line_is_wrong_without_asking_the_authority()
    {
        await Berth.OkAsync("apps:create", "bad4");
        await Berth.OkAsync("letsencrypt:set", "bad4", "email", "you@example.com");
        await File.WriteAllTextAsync($"{Berth.Home}/bad4/VHOST", "https://bad4.localhost/\n");

        var result = await Berth.RunAsync("letsencrypt", "bad4");

        Assert.Equal(1, result.Status);
        Assert.Contains("VHOST line 1", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists($"{Berth.Home}/bad4/letsencrypt/order.json"));
    }

    [Fact]
    public async Task a_private_name_at_Lets_Encrypt_without_asking_it()
    {
        await Berth.OkAsync("apps:create", "bad5");
        await Berth.OkAsync("letsencrypt:set", "bad5", "email", "you@example.com");
        await Berth.OkAsync("letsencrypt:set", "bad5", "server", "staging");
        var result = await Berth.RunAsync("letsencrypt", "bad5");
        Assert.Equal(1, result.Status);
        Assert.Contains("not a public name", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("domains:add", "bad.example.com/x")]
    [InlineData("domains:add", "bad.example.com:80")]
    [InlineData("domains:set", "with space.example.com")]
    [InlineData("domains:add", "")]
    public async Task a_domain_that_is_none(string command, string domain)
    {
        await Berth.OkAsync("apps:create", $"bad6-{(command + domain).GetHashCode(StringComparison.Ordinal) & 0xfffff}");
        var app = (await Berth.OkAsync("--quiet", "apps:list")).Split('\n').First(name => name.StartsWith("bad6-", StringComparison.Ordinal));
        var before = await Berth.OkAsync("domains:report", app, "--domains-app-vhosts");
        var result = await Berth.RunAsync(command, app, domain);
        Assert.Equal(1, result.Status);
        Assert.Contains(" is invalid. exiting...", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, await Berth.OkAsync("domains:report", app, "--domains-app-vhosts"));
    }

    [Fact]
    public async Task a_domain_of_another_app()
    {
        await Berth.OkAsync("apps:create", "bad7");
        await Berth.OkAsync("apps:create", "bad8");
        var result = await Berth.RunAsync("domains:add", "bad8", "bad7.localhost");
        Assert.Equal(1, result.Status);
        Assert.Contains("belongs to the app bad7 already", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_port_that_is_taken_and_says_by_whom()
    {
        using var holder = new TcpListener(IPAddress.IPv6Any, 0);
        holder.Server.DualMode = true;
        holder.Start();
        using var scratch = new ScratchFolder();

        var result = await ExternalProgram.RunAsync(
            BerthProgram.Path,
            ["serve", "--http-port", $"{((IPEndPoint)holder.LocalEndpoint).Port}", "--https-port", "0", "--no-authority"],
            new Dictionary<string, string?> { ["DOKKU_ROOT"] = scratch["home"], ["DOKKU_LIB_ROOT"] = scratch["lib"] });

        Assert.Equal(1, result.Status);
        Assert.Contains($"(pid {Environment.ProcessId})", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_second_daemon_on_the_same_state()
    {
        var result = await ExternalProgram.RunAsync(
            BerthProgram.Path,
            ["serve", "--http-port", "0", "--https-port", "0"],
            new Dictionary<string, string?> { ["DOKKU_ROOT"] = Berth.Home, ["DOKKU_LIB_ROOT"] = Berth.Lib });
        Assert.Equal(1, result.Status);
        Assert.Contains("Another daemon is serving", result.Error, StringComparison.Ordinal);
        await Berth.OkAsync("apps:list");
    }

    [Fact]
    public async Task an_authority_that_cannot_be_reached()
    {
        await Berth.OkAsync("apps:create", "bad9");
        await Berth.OkAsync("letsencrypt:set", "bad9", "email", "you@example.com");
        await Berth.OkAsync("letsencrypt:set", "bad9", "server", $"https://localhost:{FreePort.Next()}/directory");
        var result = await Berth.RunAsync("letsencrypt", "bad9");
        Assert.Equal(1, result.Status);
        Assert.Contains("explain acme-server-refused", result.Error, StringComparison.Ordinal);
        Assert.Contains("the last order of its certificate failed: ", (await Berth.RunAsync("doctor", "bad9")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_deploy_that_cannot_run_keeps_what_runs()
    {
        await HelloApp.DeployWithCertificateAsync(Berth, "bad10");
        using var broken = new ScratchFolder();
        await File.WriteAllTextAsync(broken["Procfile"], "web: perl -e 'print qq(no database\\n); exit 3'\n");

        var result = await Berth.RunAsync("deploy", "bad10", broken.Path);

        Assert.Equal(1, result.Status);
        Assert.Contains("no database", result.Error, StringComparison.Ordinal);
        Assert.Contains("Hello from Berth!", await HelloApp.FetchAsync(Berth, "bad10"), StringComparison.Ordinal);
    }
}
