using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What a hand or a disk does to the files of a certificate in service, with a real Pebble: visitors notice nothing, its owner is told, the daemon mends it.</summary>
public sealed class Living_with_damaged_files : IAsyncLifetime
{
    private readonly int _port = FreePort.Next();
    private PebbleServer _pebble = null!;
    private BerthServer _berth = null!;
    private string _issued = null!;

    private string Chain => $"{_berth.Home}/hello/tls/server.crt";

    private string Key => $"{_berth.Home}/hello/tls/server.key";

    public async ValueTask InitializeAsync()
    {
        _pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = _port });
        _berth = await BerthServer.StartAtAsync(_pebble, _port);
        await _berth.OkAsync("letsencrypt:enable", "hello");
        _issued = await File.ReadAllTextAsync(Chain);
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        await _pebble.DisposeAsync();
    }

    [Theory]
    [InlineData("server.crt", "", "tls/server.crt holds no certificate")]
    [InlineData("server.crt", "\0\u0001garbage", "tls/server.crt holds no certificate")]
    [InlineData("server.crt", null, "tls/server.crt is missing")]
    [InlineData("server.key", null, "tls/server.key is missing")]
    [InlineData("server.key", "", "tls/server.key is not the key of the certificate in tls/server.crt, or of a kind that cannot be used")]
    [InlineData("server.key", "another's", "tls/server.key is not the key of the certificate in tls/server.crt, or of a kind that cannot be used")]
    [InlineData("server.crt", "its leaf", "tls/server.crt lacks its chain")]
    [InlineData("server.crt", "another's", "tls/server.key is not the key of the certificate in tls/server.crt, or of a kind that cannot be used")]
    public async Task goes_unnoticed_by_visitors_and_is_told_and_mended(string file, string? text, string found)
    {
        await DamageAsync(file, text);

        // Heard of when a file is looked at again, be it by a visitor that comes after the daemon has read the app anew.
        await _berth.OkAsync("nginx:set", "hello", "hsts", "false");
        await _berth.OkAsync("proxy:build-config", "hello");
        Assert.Equal(PrintOf(_issued), await ShownAsync());
        Assert.Equal(_issued, await _berth.OkAsync("certs:show", "hello", "crt"));
        await TellsAsync(found, "put the certificate back", "^" + found + ": the certificate is served from the copy that is kept of it, which is put back");

        await _berth.OkAsync("letsencrypt:enable", "hello");

        await IsMendedAsync();
        Assert.Contains(found, await _berth.OkAsync("letsencrypt:events", "hello", "--format", "json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server.crt", "")]
    [InlineData("server.key", null)]
    [InlineData("server.key", "a folder")]
    public async Task is_mended_by_the_daemon_itself(string file, string? text)
    {
        // What was changed within a minute is left to whoever may be at it: the files' time is the machine's.
        await _berth.RestartAsync(WrongClock.Ahead("+1h"));
        await DamageAsync(file, text);

        await LookAsync();

        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Chain) && File.ReadAllText(Chain) == _issued && File.Exists(Key)));
        await IsMendedAsync();
        Assert.Contains("\"restored\"", await _berth.OkAsync("letsencrypt:events", "hello", "--format", "json"), StringComparison.Ordinal);
    }

    /// <summary>Nobody is asked for a certificate then; and a command that comes later knows that it was.</summary>
    [Fact]
    public async Task an_account_that_cannot_be_read_is_told_of_afterwards_too()
    {
        foreach (var account in Directory.GetFiles($"{_berth.Lib}/data/letsencrypt/--global/accounts", "berth-*.json", SearchOption.AllDirectories))
        {
            File.Move(account, account + ".aside");
            Directory.CreateDirectory(account);
        }

        var failed = await _berth.RunAsync("letsencrypt:enable", "hello", "--force");

        Assert.Equal(1, failed.Status);
        Assert.Contains("Cannot read ", failed.Error, StringComparison.Ordinal);
        Assert.Contains("Cannot read ", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-last-error"), StringComparison.Ordinal);
        Assert.Contains("Cannot read ", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        Assert.Contains("\"failed\"", await _berth.OkAsync("letsencrypt:events", "hello", "--format", "json"), StringComparison.Ordinal);
    }

    /// <summary>What is forgotten with it is not told of as if nothing had been.</summary>
    [Theory]
    [InlineData("{ \"gates\": [")]
    [InlineData("{ \"gates\": [null] }")]
    [InlineData("null")]
    public async Task a_state_that_cannot_be_understood_is_told_of_where_something_is_wanted_and_not_there(string text)
    {
        await _berth.OkAsync("apps:create", "other");
        await _berth.OkAsync("domains:set", "other", "other.example.com");
        await _berth.OkAsync("letsencrypt:set", "other", "server", $"https://127.0.0.1:{FreePort.Next()}/dir");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "other")).Status);
        await File.WriteAllTextAsync($"{_berth.Home}/other/letsencrypt/state.json", text);

        Assert.Contains("other/letsencrypt/state.json is damaged", await _berth.OkAsync("letsencrypt:status", "other", "--letsencrypt-last-error"), StringComparison.Ordinal);
        Assert.Matches("(?m)^other +by hand", await _berth.OkAsync("letsencrypt:status"));
        Assert.Contains("state.json is damaged", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);

        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "other")).Status);
        Assert.DoesNotContain("is damaged", (await _berth.RunAsync("letsencrypt:list")).Error + await _berth.OkAsync("letsencrypt:status", "other"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task events_that_cannot_be_read_are_none_that_are_not_there()
    {
        File.Delete($"{_berth.Lib}/data/letsencrypt/--global/events.jsonl");
        Assert.Equal("", await _berth.OkAsync("letsencrypt:events"));
        Directory.CreateDirectory($"{_berth.Lib}/data/letsencrypt/--global/events.jsonl");

        var events = await _berth.RunAsync("letsencrypt:events");

        Assert.Equal(1, events.Status);
        Assert.Contains("Cannot read ", events.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _berth.RunAsync("letsencrypt:status")).Status);
    }

    [Fact]
    public async Task is_mended_at_the_start()
    {
        await _berth.KillAsync();
        File.Delete(Key);
        await TellsAsync("tls/server.key is missing", "put the certificate back", "^tls/server.key is missing: the certificate is served from the copy");

        await _berth.RestartAsync();

        Assert.Equal(PrintOf(_issued), await ShownAsync());
        Assert.Contains("\"restored\"", await _berth.OkAsync("letsencrypt:events", "hello", "--format", "json"), StringComparison.Ordinal);
        await IsMendedAsync();
    }

    /// <summary>Looked at by several threads at once, and none waits for another.</summary>
    [Fact]
    public async Task of_many_is_mended_at_the_start()
    {
        await _berth.StopAsync();
        string[] apps = [.. Enumerable.Range(0, 20).Select(number => $"app{number}")];
        foreach (var app in apps)
        {
            await ExternalProgram.SucceedAsync("cp", ["-a", $"{_berth.Home}/hello", $"{_berth.Home}/{app}"]);
            File.Delete($"{_berth.Home}/{app}/tls/server.key");
        }

        await _berth.RestartAsync();

        Assert.All(apps, app => Assert.True(File.Exists($"{_berth.Home}/{app}/tls/server.key")));
        Assert.Equal(apps.Length, (await _berth.OkAsync("letsencrypt:events")).Split('\n').Count(line => line.Contains(" restored ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task has_another_ordered_where_no_copy_is_left()
    {
        await _berth.RestartAsync(WrongClock.Ahead("+1h"));
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        await _berth.OkAsync("letsencrypt:set", "hello", "reuse-key", "true");
        await DamageAsync("server.key", "another's");
        var foreign = await File.ReadAllTextAsync(Key);
        File.Delete(Directory.GetFiles($"{_berth.Home}/hello/letsencrypt/certs/current/certificates", "*.key").Single());
        await TellsAsync(
            "tls/server.key is not the key of the certificate in tls/server.crt, or of a kind that cannot be used",
            "order",
            "and no whole copy is kept: it is not served, and another is ordered");

        await _berth.OkAsync("letsencrypt:cron-job", "--add");
        await LookAsync();

        await Eventually.TrueAsync(() => Task.FromResult(File.ReadAllText(Chain) != _issued));
        await Eventually.TrueAsync(async () => await ShownAsync() == PrintOf(await File.ReadAllTextAsync(Chain)));
        Assert.Equal(2, _pebble.Orders);
        var key = await File.ReadAllTextAsync(Key);
        using var pair = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(Chain), key);
        Assert.NotEqual(foreign, key);
        Assert.DoesNotContain("damaged", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task is_left_to_whoever_is_just_installing_another_by_hand()
    {
        var (chain, key) = HandMadePair.Make("hello.example.com", "another");
        await File.WriteAllTextAsync(Chain, chain);
        await LookAsync();
        Assert.Matches(@"\(in (59|[1-5]?\d)s\)", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next-at"));
        Assert.Equal(PrintOf(_issued), await ShownAsync());
        Assert.Equal(chain, await File.ReadAllTextAsync(Chain));

        await File.WriteAllTextAsync(Key, key);
        await _berth.OkAsync("proxy:build-config", "hello");

        Assert.Equal(PrintOf(chain), await ShownAsync());
        Assert.Equal("false\n", await _berth.OkAsync("letsencrypt:active", "hello"));
        await File.WriteAllTextAsync(Key, _issued);
        File.Delete(Directory.GetFiles($"{_berth.Home}/hello/letsencrypt/certs/current/certificates", "*.key").Single());
        Assert.StartsWith(
            "a certificate that was installed by hand cannot be served: tls/server.key is not the key of the certificate in tls/server.crt, or of a kind that cannot be used; `berth certs:add hello ",
            await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"),
            StringComparison.Ordinal);
    }

    /// <summary>A hand has the pointer lead to another app's: neither is served for this one, nor revoked in its place.</summary>
    [Fact]
    public async Task never_takes_another_apps_certificate_for_the_copy()
    {
        await _berth.OkAsync("apps:create", "other");
        await _berth.OkAsync("domains:set", "other", "other.example.com");
        await _berth.OkAsync("letsencrypt:enable", "other");
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        var current = $"{_berth.Home}/hello/letsencrypt/certs/current";
        File.Delete(current);
        File.CreateSymbolicLink(current, "../../../other/letsencrypt/certs/current");
        await DamageAsync("server.crt", "");

        // What is left, the mark and the key, is whole.
        await _berth.OkAsync("proxy:build-config", "hello");
        Assert.Equal(PrintOf(_issued), await ShownAsync());

        await DamageAsync("server.letsencrypt.crt", "");
        Assert.Equal("order\n", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next"));
        Assert.NotEqual(0, (await _berth.RunAsync("letsencrypt:revoke", "hello")).Status);
        Assert.Equal(2, _pebble.Orders);
    }

    [Theory]
    [InlineData("")]
    [InlineData("another's")]
    [InlineData(null)]
    public async Task of_the_mark_changes_nothing(string? text)
    {
        await DamageAsync("server.letsencrypt.crt", text);

        Assert.Equal("true\n", await _berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Matches("(?m)^hello +20", await _berth.OkAsync("letsencrypt:list"));
        Assert.Matches("^renewal", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
        Assert.Equal(PrintOf(_issued), await ShownAsync());
    }

    [Fact]
    public async Task needs_no_setting_to_be_put_back()
    {
        File.Delete(Key);
        await _berth.OkAsync("letsencrypt:set", "--global", "email");

        Assert.NotEqual(0, (await _berth.RunAsync("letsencrypt:enable", "hello")).Status);

        Assert.Equal(PrintOf(_issued), await ShownAsync());
        Assert.True(File.Exists(Key));
    }

    [Fact]
    public async Task brings_back_no_certificate_that_was_replaced_by_hand()
    {
        await _berth.RestartAsync(WrongClock.Ahead("+1h"));
        var (chain, key) = HandMadePair.Make("hello.example.com", "another");
        var folder = Directory.CreateDirectory($"{_berth.Home}/../by-hand").FullName;
        await File.WriteAllTextAsync($"{folder}/server.crt", chain);
        await File.WriteAllTextAsync($"{folder}/server.key", key);
        await _berth.OkAsync("certs:add", "hello", $"{folder}/server.crt", $"{folder}/server.key");
        File.Delete(Key);

        await LookAsync();

        Assert.Equal("false\n", await _berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Equal(
            "a certificate that was installed by hand cannot be served: tls/server.key is missing; `berth certs:add hello server.crt server.key` installs it again, `berth letsencrypt:enable hello` gets another\n",
            await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
        Assert.NotEqual(PrintOf(_issued), await ShownAsync());
        Assert.Equal(chain.Trim(), (await File.ReadAllTextAsync(Chain)).Trim());
        await _berth.OkAsync("certs:report", "hello");
    }

    [Fact]
    public async Task keeps_nobody_from_revoking()
    {
        File.Delete(Key);
        await _berth.OkAsync("letsencrypt:revoke", "hello");
        Assert.False(Directory.Exists($"{_berth.Home}/hello/tls"));
    }

    private async Task DamageAsync(string file, string? text)
    {
        var path = $"{_berth.Home}/hello/tls/{file}";
        if (text is null or "a folder")
        {
            File.Delete(path);
            _ = text is null ? null : Directory.CreateDirectory(path);
            return;
        }

        var (chain, key) = HandMadePair.Make("hello.example.com", "another");
        await File.WriteAllTextAsync(path, text switch
        {
            "another's" => path == Key ? key : chain,
            "its leaf" => _issued[..(_issued.IndexOf("-----END", StringComparison.Ordinal) + "-----END CERTIFICATE-----\n".Length)],
            _ => text,
        });
    }

    // The daemon looks at an app when its names change.
    private async Task LookAsync()
    {
        // The same names: with another for a moment, a slow machine may have it ordered.
        await _berth.OkAsync("domains:set", "hello", "hello.example.com");
    }

    private async Task TellsAsync(string found, string next, string why)
    {
        var list = await _berth.RunAsync("letsencrypt:list");
        Assert.Matches("(?m)^hello +20", list.Output);
        Assert.Contains($"hello: The files of hello's certificate are damaged: {found}.", list.Error, StringComparison.Ordinal);
        var listed = JsonNode.Parse(await _berth.OkAsync("letsencrypt:list", "--format", "json"))!.AsArray().Single()!;
        Assert.Equal("letsencrypt-certificate-damaged", (string?)listed["problem"]);
        Assert.Equal($"{next}\n", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next"));
        Assert.Matches(why, await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
        Assert.Contains(found, await _berth.OkAsync("letsencrypt:status"), StringComparison.Ordinal);
        Assert.Equal("true\n", await _berth.OkAsync("letsencrypt:active", "hello"));
    }

    private async Task IsMendedAsync()
    {
        Assert.Equal(_issued, await File.ReadAllTextAsync(Chain));
        var key = await File.ReadAllTextAsync(Key);
        using var pair = X509Certificate2.CreateFromPem(_issued, key);
        Assert.Equal(1, _pebble.Orders);

        Assert.Equal("", (await _berth.RunAsync("letsencrypt:list")).Error);
        Assert.Matches("^renewal", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
    }

    private static string PrintOf(string chain)
    {
        using var leaf = X509Certificate2.CreateFromPem(chain);
        return leaf.GetCertHashString();
    }

    /// <returns>The fingerprint of the certificate that a visitor is shown.</returns>
    private async Task<string> ShownAsync()
    {
        using var shown = await TlsVisitor.ShownAsync(_berth.HttpsPort, "hello.example.com");
        return shown.GetCertHashString();
    }
}
