using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;
using Microsoft.Data.Sqlite;

namespace Berth.Specs;

/// <summary>An operator of the authority says that certificates must be replaced (RFC 9773 §4.2); the daemon hears of it when it asks, every six hours.</summary>
public sealed class Following_an_incident
{
    private const string Page = "https://status.example.com/7";

    [Fact]
    public async Task shows_why_and_replaces_the_certificate_in_the_window_it_is_given()
    {
        using var authority = new ScratchFolder();
        var (port, http) = (FreePort.Next(), FreePort.Next());
        await using var server = await ServeAsync(authority, port, http);
        await using var berth = await CertifiedAsync(authority, port, http);
        var first = await SerialAsync(berth);

        // Spread over months: the daemon hears of it when it asks again, and its time has most likely not come.
        await berth.OkAsync("ca", "incident", "add", "--data", authority["ca"], "--serial", first, "--within", "2000", "--url", Page);
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+7h"));
        await Eventually.TrueAsync(async () => (await WhyAsync(berth)).Contains(Page, StringComparison.Ordinal) || await SerialAsync(berth) != first);
        var waitingFor = await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for");
        var because = await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-suggested-because");
        if (await SerialAsync(berth) == first)
        {
            Assert.Contains(Page, waitingFor, StringComparison.Ordinal);
            Assert.Equal($"{Page}\n", because);
        }

        // At once.
        await berth.OkAsync("ca", "incident", "add", "--data", authority["ca"], "--serial", first, "--url", Page);
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+14h"));
        await Eventually.TrueAsync(async () => await SerialAsync(berth) != first);

        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Equal(1, Replacing(authority["ca/authority.db"]));
    }

    /// <summary>The time that was chosen before stays.</summary>
    [Fact]
    public async Task says_why_nothing_newer_is_known_where_nobody_answers()
    {
        using var authority = new ScratchFolder();
        var (port, http) = (FreePort.Next(), FreePort.Next());
        await using var server = await ServeAsync(authority, port, http);
        await using var berth = await CertifiedAsync(authority, port, http);
        await server.TerminateAsync();
        await server.EndedAsync();

        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+7h"));
        await Eventually.HasAsync($"; when it was asked last: The certificate authority at localhost:{port} refused the connection", () => WhyAsync(berth));
        Assert.Contains("in the window that the server suggests", await WhyAsync(berth), StringComparison.Ordinal);
    }

    private static async Task<RunningProgram> ServeAsync(ScratchFolder authority, int port, int http)
    {
        var server = RunningProgram.Start(
            BerthProgram.Path, ["ca", "serve", "--data", authority["ca"], "--listen", $"127.0.0.1:{port}", "--validation-port", $"{http}", "--allow-private"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.True(await server.SaysAsync("Root:", limit.Token), string.Join('\n', server.Said));
        return server;
    }

    // With a certificate whose renewal the server was asked about.
    private static async Task<BerthServer> CertifiedAsync(ScratchFolder authority, int port, int http)
    {
        var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = authority["ca/keys/root.pem"] }, http);
        await berth.OkAsync("letsencrypt:set", "--global", "server", $"https://localhost:{port}/directory");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await Eventually.HasAsync("in the window that the server suggests", () => WhyAsync(berth));
        return berth;
    }

    private static async Task<string> WhyAsync(BerthServer berth) => await berth.OkAsync("letsencrypt:status");

    private static async Task<string> SerialAsync(BerthServer berth)
    {
        using var leaf = X509Certificate2.CreateFromPem(await berth.OkAsync("certs:show", "hello", "crt"));
        return leaf.SerialNumber.ToLowerInvariant();
    }

    // Orders that said what they replace, and were issued.
    private static long Replacing(string database)
    {
        using var records = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        records.Open();
        using var count = records.CreateCommand();
        count.CommandText = "SELECT count(*) FROM acme_order WHERE replaces IS NOT NULL AND status = 'valid'";
        return (long)count.ExecuteScalar()!;
    }
}
