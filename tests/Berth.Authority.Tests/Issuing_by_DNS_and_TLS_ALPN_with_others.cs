using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>certbot and lego as Debian ships them, unmodified, with the challenges that are not HTTP-01.</summary>
public sealed class Issuing_by_DNS_and_TLS_ALPN_with_others : WithNameServer
{
    private readonly int _tlsPort = FreePort.Next();

    private protected override string Records => "alpn IN A 127.0.0.1";

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { HttpsPort = _tlsPort };

    [Fact]
    public async Task certbot_proves_a_wildcard_by_its_manual_hooks()
    {
        var hook = Authority["hook.sh"];
        Kernel.AtomicFile.Write(
            hook,
            $"""
            #!/bin/sh
            printf 'server 127.0.0.1 {Dns.Address.Port}\nzone {NameServer.Zone}\nupdate add _acme-challenge.%s. 1 TXT "%s"\nsend\n' \
                "$CERTBOT_DOMAIN" "$CERTBOT_VALIDATION" | nsupdate -y hmac-sha256:{NameServer.KeyName}:{NameServer.KeySecret}
            """);
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await ExternalProgram.SucceedAsync(
            "certbot",
            [
                "certonly", "--manual", "--preferred-challenges", "dns", "--manual-auth-hook", hook, "-d", "cb.example.test",
                "-d", "*.cb.example.test", "--agree-tos", "-m", "admin@example.com", "--no-eff-email", "-n", "--server",
                Authority.Server.Directory.AbsoluteUri, "--config-dir", Authority["certbot"], "--work-dir", Authority["work"],
                "--logs-dir", Authority["logs"],
            ],
            new Dictionary<string, string?> { ["REQUESTS_CA_BUNDLE"] = Authority.Server.RootPath });

        await OpenSsl.VerifyAsync(
            Authority, Authority["certbot/live/cb.example.test/cert.pem"], Authority["certbot/live/cb.example.test/chain.pem"]);
    }

    [Fact]
    public async Task lego_proves_a_wildcard_by_RFC_2136()
    {
        await LegoAsync(
            "lego.example.test",
            [
                "--dns", "rfc2136", "--dns.resolvers", $"127.0.0.1:{Dns.Address.Port}", "--dns.disable-cp", "-d", "*.lego.example.test",
            ]);
    }

    [Fact]
    public Task lego_proves_a_name_by_TLS_ALPN() => LegoAsync(
        "alpn.example.test", ["--tls", "--tls.port", string.Create(CultureInfo.InvariantCulture, $":{_tlsPort}")]);

    private async Task LegoAsync(string name, string[] how)
    {
        await ExternalProgram.SucceedAsync(
            "lego",
            [
                "--accept-tos", "--email", "admin@example.com", "--server", Authority.Server.Directory.AbsoluteUri,
                "--path", Authority["lego"], "-d", name, .. how, "run",
            ],
            new Dictionary<string, string?>
            {
                ["LEGO_CA_CERTIFICATES"] = Authority.Server.RootPath,
                ["RFC2136_NAMESERVER"] = $"127.0.0.1:{Dns.Address.Port}",
                ["RFC2136_TSIG_KEY"] = NameServer.KeyName,
                ["RFC2136_TSIG_SECRET"] = NameServer.KeySecret,
                ["RFC2136_TSIG_ALGORITHM"] = "hmac-sha256.",
            });
        await OpenSsl.VerifyAsync(
            Authority, Authority[$"lego/certificates/{name}.crt"], Authority[$"lego/certificates/{name}.issuer.crt"]);
    }
}
