using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>Caddy as Debian ships it, unmodified, in the foreground on a configuration of the test's own.</summary>
public sealed class Issuing_with_Caddy : WithClient
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => base.Change(options) with { RequireBinding = true };

    [Theory]
    [InlineData("http")]
    [InlineData("tls-alpn")]
    public async Task works_renews_what_is_due_when_it_starts_and_is_revoked_by_its_key(string challenge)
    {
        await AddBindingKeyAsync();
        var (other, port) = challenge == "http" ? ("tls-alpn", HttpPort) : ("http", TlsPort);
        Write("caddy.json", string.Create(CultureInfo.InvariantCulture, $$"""
            {"admin": {"disabled": true}, "storage": {"module": "file_system", "root": "{{Authority["caddy"]}}"}, "apps": {
              "http": {"http_port": {{HttpPort}}, "https_port": {{TlsPort}}, "servers": {"all": {"listen": ["127.0.0.1:{{TlsPort}}"], "routes": [
                {"match": [{"host": ["c.example.test"]}], "handle": [{"handler": "static_response", "body": "served"}]} ] } } },
              "tls": {"automation": {"policies": [{"issuers": [{"module": "acme", "ca": "{{Server}}", "email": "admin@example.com",
                "external_account": {"key_id": "{{BindingKey}}", "mac_key": "{{BindingSecret}}"},
                "trusted_roots_pem_files": ["{{Root}}"],
                "challenges": {"{{other}}": {"disabled": true}, "{{challenge}}": {"alternate_port": {{port}} } } }] }] } } } }
            """));
        byte[] first;
        await using (var caddy = Start())
        {
            first = await AppearsAsync(caddy, Certificate);
        }

        Clock.CatchUp();
        await using (var caddy = Start())
        {
            await AppearsAsync(caddy, Certificate, first);
            var answer = await ExternalProgram.SucceedAsync("curl",
            [
                "-sS", "--retry", "20", "--retry-connrefused", "--cacert", Root, "--connect-to", $"c.example.test:443:127.0.0.1:{TlsPort}", "https://c.example.test/",
            ]);
            Assert.Equal("served", answer);
        }

        await RevokeByItsKeyAsync(Certificate, Path.ChangeExtension(Certificate, ".key"));
        var (leaf, chain) = Split(Certificate);
        await IsRevokedAsync(leaf, chain);
    }

    private string Certificate =>
        Authority[$"caddy/certificates/localhost-{Authority.Server.Directory.Port}-directory/c.example.test/c.example.test.crt"];

    private RunningProgram Start() => RunningProgram.Start("caddy", ["run", "--config", Authority["caddy.json"]], new Dictionary<string, string?>
    {
        ["HOME"] = Authority["home"],
        ["XDG_DATA_HOME"] = Authority["home"],
        ["XDG_CONFIG_HOME"] = Authority["home"],
    });
}
