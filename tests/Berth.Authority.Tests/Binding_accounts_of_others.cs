using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.3.4, as other people's clients do it; mod_md and Caddy in their own tests.</summary>
public sealed class Binding_accounts_of_others : WithClient
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => base.Change(options) with { RequireBinding = true };

    [Fact]
    public async Task works_for_certbot()
    {
        await AddBindingKeyAsync();
        await ExternalProgram.SucceedAsync(
            "certbot",
            [
                "register", "-n", "--agree-tos", "-m", "admin@example.com", "--no-eff-email", "--server", Server, "--eab-kid", BindingKey,
                "--eab-hmac-key", BindingSecret, "--config-dir", Authority["certbot"], "--work-dir", Authority["work"], "--logs-dir", Authority["logs"],
            ],
            new Dictionary<string, string?> { ["REQUESTS_CA_BUNDLE"] = Root });
        await IsBoundAsync();
    }

    [Fact]
    public async Task works_for_lego()
    {
        await AddBindingKeyAsync();
        await ExternalProgram.SucceedAsync(
            "lego",
            [
                "--accept-tos", "--email", "admin@example.com", "--server", Server, "--path", Authority["lego"], "--eab", "--kid", BindingKey,
                "--hmac", BindingSecret, "--http", "--http.port", string.Create(CultureInfo.InvariantCulture, $":{HttpPort}"), "-d", "l.example.test", "run",
            ],
            GoTrust());
        await IsBoundAsync();
    }

    [Fact]
    public async Task works_for_dehydrated()
    {
        await AddBindingKeyAsync();
        Write("dehydrated/config", $"""
            CA="{Server}"
            BASEDIR="{Authority["dehydrated"]}"
            EAB_KID="{BindingKey}"
            EAB_HMAC_KEY="{BindingSecret}"
            CURL_OPTS="--cacert {Root}"
            """);
        await ExternalProgram.SucceedAsync("dehydrated", ["--config", Authority["dehydrated/config"], "--register", "--accept-terms"]);
        await IsBoundAsync();
    }

    [Fact]
    public async Task works_for_uacme()
    {
        await AddBindingKeyAsync();
        await TrustingAsync("uacme", "-y", "-a", Server, "-c", Authority["uacme"], "-t", "EC", "-e", $"{BindingKey}:{BindingSecret}", "new", "admin@example.com");
        await IsBoundAsync();
    }

    private Task IsBoundAsync() => WithStoreAsync(async store =>
        Assert.Equal(BindingKey, Assert.Single(await store.ListAccountsAsync("", 10, CancellationToken.None)).BindingKey));
}
