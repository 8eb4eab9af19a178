using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;
using Microsoft.Data.Sqlite;

namespace Berth.Specs;

/// <summary>An operator of the authority says that certificates must be replaced (RFC 9773 §4.2); the daemon hears of it when it asks, every six hours.</summary>
public sealed class Following_an_incident : IAsyncLifetime
{
    private const string Page = "https://status.example.com/7";
    private readonly ScratchFolder _authority = new();
    private readonly int _port = FreePort.Next();
    private RunningProgram _server = null!;
    private BerthServer _berth = null!;

    /// <summary>A certificate whose renewal the server was asked about.</summary>
    public async ValueTask InitializeAsync()
    {
        var http = FreePort.Next();
        _server = RunningProgram.Start(
            BerthProgram.Path, ["ca", "serve", "--data", _authority["ca"], "--listen", $"127.0.0.1:{_port}", "--validation-port", $"{http}", "--allow-private"]);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.True(await _server.SaysAsync("Root:", limit.Token), string.Join('\n', _server.Said));
        _berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = _authority["ca/keys/root.pem"] }, http);
        await _berth.OkAsync("letsencrypt:set", "--global", "server", $"https://localhost:{_port}/directory");
        await _berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await _berth.OkAsync("apps:create", "hello");
        await _berth.OkAsync("domains:set", "hello", "hello.localhost");
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await Eventually.HasAsync("in the window that the server suggests", WhyAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        await _server.DisposeAsync();
        _authority.Dispose();
    }

    [Fact]
    public async Task shows_why_and_replaces_the_certificate_in_the_window_it_is_given()
    {
        var first = await SerialAsync();

        // Spread over months: the daemon hears of it when it asks again, and its time has most likely not come.
        await _berth.OkAsync("ca", "incident", "add", "--data", _authority["ca"], "--serial", first, "--within", "2000", "--url", Page);
        await _berth.StopAsync();
        await _berth.RestartAsync(WrongClock.Ahead("+7h"));
        await Eventually.TrueAsync(async () => (await WhyAsync()).Contains(Page, StringComparison.Ordinal) || await SerialAsync() != first);
        var waitingFor = await _berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for");
        var because = await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-suggested-because");
        if (await SerialAsync() == first)
        {
            Assert.Contains(Page, waitingFor, StringComparison.Ordinal);
            Assert.Equal($"{Page}\n", because);
        }

        // At once.
        await _berth.OkAsync("ca", "incident", "add", "--data", _authority["ca"], "--serial", first, "--url", Page);
        await _berth.StopAsync();
        await _berth.RestartAsync(WrongClock.Ahead("+14h"));
        await Eventually.TrueAsync(async () => await SerialAsync() != first);

        Assert.Equal("true\n", await _berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Equal(1, Replacing(_authority["ca/authority.db"]));
        Assert.Matches($@"issued +hello has a new certificate for hello\.localhost, in place of one that its server wants replaced at once[^\n]* \({Page}\)", await _berth.OkAsync("letsencrypt:events", "hello"));
    }

    /// <summary>The time that was chosen before stays.</summary>
    [Fact]
    public async Task says_why_nothing_newer_is_known_where_nobody_answers()
    {
        await _server.TerminateAsync();
        await _server.EndedAsync();

        await _berth.StopAsync();
        await _berth.RestartAsync(WrongClock.Ahead("+7h"));
        await Eventually.HasAsync($" UTC: The certificate authority at localhost:{_port} refused the connection", WhyAsync);
        Assert.Matches("; when it was asked last on 20[^;]+ UTC: The certificate authority", await WhyAsync());
        Assert.Contains("in the window that the server suggests", await WhyAsync(), StringComparison.Ordinal);
    }

    private Task<string> WhyAsync() => _berth.OkAsync("letsencrypt:status");

    private async Task<string> SerialAsync()
    {
        using var leaf = X509Certificate2.CreateFromPem(await _berth.OkAsync("certs:show", "hello", "crt"));
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
