using System.Globalization;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Serving_at_the_edge(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task opens_and_closes_a_further_port_as_the_mappings_say()
    {
        await HelloApp.DeployAsync(Berth, "door1");
        var port = FreePort.Next();
        await Berth.OkAsync("ports:set", "door1", "http:80:5000", $"http:{port}:5000");

        Assert.Contains("Hello", await AskAsync("door1.localhost", port), StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"http://door1.localhost:{port}\n", await Berth.OkAsync("urls", "door1"), StringComparison.Ordinal);
        Assert.Equal("404", await StatusAsync("nobody.localhost", port));

        await Berth.OkAsync("ports:remove", "door1", port.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("000", await StatusAsync("door1.localhost", port));
        Assert.Equal("200", await StatusAsync("door1.localhost", Berth.HttpPort));
    }

    [Fact]
    public async Task warns_of_a_port_that_somebody_has()
    {
        await Berth.OkAsync("apps:create", "door2");
        var result = await Berth.RunAsync("ports:add", "door2", $"http:{Berth.HttpsPort}:5000");
        Assert.Equal(0, result.Status);
        Assert.Contains($" !     http:{Berth.HttpsPort}: Port {Berth.HttpsPort} is taken by ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task takes_a_disabled_proxys_routes_off()
    {
        await Berth.OkAsync("apps:create", "off1");
        Assert.Equal("502", await StatusAsync("off1.localhost", Berth.HttpPort));
        await Berth.OkAsync("proxy:disable", "off1");
        Assert.Equal("404", await StatusAsync("off1.localhost", Berth.HttpPort));
        await Berth.OkAsync("proxy:enable", "off1");
        Assert.Equal("502", await StatusAsync("off1.localhost", Berth.HttpPort));
    }

    [Fact]
    public async Task serves_a_certificate_from_the_moment_it_is_installed_to_the_moment_it_is_removed()
    {
        await HelloApp.DeployAsync(Berth, "cert1");
        Assert.Equal(0, (await Berth.RunAsync(["certs:generate", "cert1", "cert1.localhost"], "")).Status);
        var redirect = await CurlAsync("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", $"http://cert1.localhost:{Berth.HttpPort}/x");
        Assert.Equal($"301 https://cert1.localhost:{Berth.HttpsPort}/x", redirect);
        Assert.Contains(
            "Hello",
            await CurlAsync("--cacert", $"{Berth.Home}/cert1/tls/server.crt", $"https://cert1.localhost:{Berth.HttpsPort}/"),
            StringComparison.OrdinalIgnoreCase);

        await Berth.OkAsync("certs:remove", "cert1");
        Assert.Equal("200", await StatusAsync("cert1.localhost", Berth.HttpPort));
    }

    [Fact]
    public async Task limits_bodies_and_writes_the_access_log()
    {
        await HelloApp.DeployAsync(Berth, "log1");
        await Berth.OkAsync("nginx:set", "log1", "client-max-body-size", "1k");
        var refused = await CurlAsync(
            "-o", "/dev/null", "-w", "%{http_code}", "-A", "spec/1", "-d", new string('x', 2000), $"http://log1.localhost:{Berth.HttpPort}/upload");
        Assert.Equal("413", refused);

        var log = "";
        await Eventually.TrueAsync(async () => (log = await Berth.OkAsync("nginx:access-logs", "log1")).Length > 0);
        Assert.Matches("^127\\.0\\.0\\.1 - - \\[[^]]+\\] \"POST /upload HTTP/1\\.1\" 413 [0-9]+ \"-\" \"spec/1\"\n$", log);
        Assert.NotEqual("\n", await Berth.OkAsync("nginx:report", "log1", "--nginx-last-visited-at"));
    }

    [Fact]
    public async Task lets_one_app_answer_for_names_that_nobody_has()
    {
        // Of its own: others ask the shared one for names that nobody has.
        await using var berth = await BerthServer.StartAsync();
        await HelloApp.DeployAsync(berth, "rest1");
        await berth.OkAsync("domains:add", "rest1", "_");
        Assert.Equal("200", await StatusAsync("anything.test", berth.HttpPort));
        await berth.OkAsync("domains:remove", "rest1", "_");
        Assert.Equal("404", await StatusAsync("anything.test", berth.HttpPort));
    }

    private static Task<string> AskAsync(string host, int port) => CurlAsync($"http://{host}:{port}/");

    private static async Task<string> StatusAsync(string host, int port) => (await ExternalProgram.RunAsync(
        "curl", ["-s", "--max-time", "20", "--connect-to", "::127.0.0.1:", "-o", "/dev/null", "-w", "%{http_code}", $"http://{host}:{port}/"])).Output;

    private static Task<string> CurlAsync(params string[] arguments) =>
        ExternalProgram.SucceedAsync("curl", ["-sS", "--max-time", "20", "--connect-to", "::127.0.0.1:", .. arguments]);
}
