using Berth.TestKit;

namespace Berth.Specs;

public sealed class Keeping_letsencrypt_settings : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public async ValueTask InitializeAsync() => await _berth.OkAsync("apps:create", "app");

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Fact]
    public async Task sets_unsets_and_inherits()
    {
        Assert.Equal("=====> Setting email to all@example.com\n", await _berth.OkAsync("letsencrypt:set", "--global", "email", "all@example.com"));
        Assert.Equal("=====> Setting email to own@example.com\n", await _berth.OkAsync("letsencrypt:set", "app", "email", "own@example.com"));
        Assert.Equal("own@example.com\n", await ReportedAsync("computed-email"));
        Assert.Equal("all@example.com\n", await ReportedAsync("global-email"));
        Assert.Equal("=====> Unsetting email\n", await _berth.OkAsync("letsencrypt:set", "app", "email"));
        Assert.Equal("all@example.com\n", await ReportedAsync("computed-email"));
        Assert.Equal("", await _berth.OkAsync("--quiet", "letsencrypt:set", "app", "server", "staging"));
        Assert.Equal("https://acme-staging-v02.api.letsencrypt.org/directory\n", await ReportedAsync("computed-server"));
        Assert.Equal("staging\n", await ReportedAsync("server"));
        Assert.Equal("2592000\n", await ReportedAsync("computed-graceperiod"));
        Assert.Equal("app@x", (await File.ReadAllTextAsync($"{_berth.Lib}/config/letsencrypt/app/server")).Replace("staging", "app@x", StringComparison.Ordinal));
    }

    [Fact]
    public async Task takes_values_that_begin_with_a_dash()
    {
        await _berth.OkAsync("letsencrypt:set", "app", "lego-args", "--key-type ec384");
        Assert.Equal("--key-type ec384\n", await ReportedAsync("computed-lego-args"));
    }

    [Fact]
    public async Task keeps_a_providers_secrets_to_who_asks_for_them()
    {
        Assert.Equal("=====> Setting dns-provider-CF_KEY to ****\n", await _berth.OkAsync("letsencrypt:set", "--global", "dns-provider-CF_KEY", "s3cret"));
        Assert.Equal("s3cret\n", await ReportedAsync("computed-dns-provider-CF_KEY"));
        Assert.Equal("s3cret\n", await _berth.OkAsync("letsencrypt:report", "--global", "--letsencrypt-global-dns-provider-CF_KEY"));
        var pasted = await _berth.OkAsync("report", "app");
        Assert.Contains("Letsencrypt computed dns provider CF_KEY: ****", pasted, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", pasted, StringComparison.Ordinal);
        var mode = File.GetUnixFileMode($"{_berth.Lib}/config/letsencrypt/--global/dns-provider-CF_KEY");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }

    /// <summary>It is told at once, and not by an order that fails; what was typed may be a secret all the same.</summary>
    [Theory]
    [InlineData("zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W", true)]
    [InlineData("zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wE=", true)]
    [InlineData("zWNDZM6eQGHWpSRTPal5eIUYFTu7Eaj+Ioguysq/9wE=", false)]
    [InlineData("'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wE'", false)]
    [InlineData("zWNDZM6eQGHWpSRTPal5", false)]
    [InlineData("acme.example.com=zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wE= other.example:8443=zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wE", true)]
    [InlineData("acme.example.com=zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wE other.example=zWNDZM6eQGHWpSRTPal5", false)]
    public async Task takes_a_bindings_key_that_can_be_one(string key, bool isTaken)
    {
        var set = await _berth.RunAsync(["letsencrypt:set", "app", "eab-hmac-key", key], null);

        Assert.Equal(isTaken, set.Status == 0);
        Assert.Equal(isTaken, set.Error.Length == 0);
        Assert.DoesNotContain(key, set.Output + set.Error, StringComparison.Ordinal);
        Assert.Equal(!isTaken, set.Error.Contains("'****' cannot be the value of eab-hmac-key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Invalid property specified, valid properties include: dns-provider, dns-provider-*, email, graceperiod, lego-args, lego-docker-options, server", "app", "nope", "1")]
    [InlineData("No property specified", "app")]
    [InlineData("Property cannot be specified globally", "--global", "nope", "1")]
    [InlineData("App nobody does not exist", "nobody", "email", "a@b.org")]
    public async Task refuses_what_is_no_property(string expected, params string[] words)
    {
        var result = await _berth.RunAsync(["letsencrypt:set", .. words], null);
        Assert.NotEqual(0, result.Status);
        Assert.Equal($" !     {expected}\n", result.Error);
    }

    [Fact]
    public async Task lets_the_last_word_count_of_a_variable_and_a_property()
    {
        await _berth.OkAsync("config:set", "--no-restart", "app", "DOKKU_LETSENCRYPT_EMAIL=old@example.com");
        Assert.Equal("old@example.com\n", await ReportedAsync("computed-email"));
        await _berth.OkAsync("letsencrypt:set", "app", "email", "new@example.com");
        Assert.Equal("new@example.com\n", await ReportedAsync("computed-email"));
        await _berth.OkAsync("config:set", "--no-restart", "app", "DOKKU_LETSENCRYPT_EMAIL=newest@example.com");
        Assert.Equal("newest@example.com\n", await ReportedAsync("computed-email"));
    }

    [Fact]
    public async Task turns_renewal_by_the_daemon_off_and_on()
    {
        Assert.Equal("true\n", await ReportedAsync("autorenew"));
        Assert.Contains("off", await _berth.OkAsync("letsencrypt:cron-job", "--remove"), StringComparison.Ordinal);
        Assert.Equal("false\n", await ReportedAsync("autorenew"));
        Assert.Contains("the daemon renews", await _berth.OkAsync("letsencrypt:cron-job", "--add"), StringComparison.Ordinal);
        Assert.Equal("true\n", await ReportedAsync("autorenew"));
        Assert.True(File.Exists($"{_berth.Lib}/data/letsencrypt/--global/autorenew"));
    }

    [Fact]
    public async Task cleans_up_all_certificates_but_the_current_one()
    {
        var missing = await _berth.RunAsync("letsencrypt:cleanup", "app");
        Assert.Equal((1, " !     Cannot resolve the 'current' certificate directory!\n"), (missing.Status, missing.Error));

        var certs = $"{_berth.Home}/app/letsencrypt/certs";
        Directory.CreateDirectory($"{certs}/aaa");
        Directory.CreateDirectory($"{certs}/bbb");
        File.CreateSymbolicLink($"{certs}/current", $"{certs}/bbb");
        Assert.Equal(
            "=====> Cleaning up stale certificate directories for app\n----->   - current config hash bbb\n----->   - stale directory aaa\n",
            await _berth.OkAsync("letsencrypt:cleanup", "app"));
        Assert.False(Directory.Exists($"{certs}/aaa"));
        Assert.True(Directory.Exists($"{certs}/bbb"));
    }

    [Fact]
    public async Task needs_no_daemon_to_tell_where_certificates_stand()
    {
        Assert.Equal("false\n", await _berth.OkAsync("letsencrypt:active", "app"));
        Assert.Equal(
            "-----> App name           Certificate Expiry        Time before expiry        Time before renewal      \n", await _berth.OkAsync("letsencrypt:ls"));
        Assert.Equal("", await _berth.OkAsync("--quiet", "letsencrypt:list"));
    }

    private Task<string> ReportedAsync(string key) => _berth.OkAsync("letsencrypt:report", "app", $"--letsencrypt-{key}");
}
