using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>Apache's mod_md as Debian ships it, unmodified, in the foreground on a configuration of the test's own.</summary>
public sealed class Issuing_with_mod_md : WithClient
{
    // mod_md asks renewal information of certificates that are not due by themselves, so these are fresh.
    private protected override TimeProvider? Time => null;

    private protected override AuthorityOptions Change(AuthorityOptions options) => base.Change(options) with
    {
        RequireBinding = true,
        Profiles =
        [
            new OrderProfile { Name = "classic", Description = "Ninety days.", Lifetime = TimeSpan.FromDays(90) },
            new OrderProfile { Name = "short", Description = "Six days.", Lifetime = TimeSpan.FromDays(6) },
        ],
    };

    [Theory]
    [InlineData("http-01", "md.example.test")]
    [InlineData("tls-alpn-01", "md.example.test")]
    [InlineData("dns-01", "*.md.example.test")]
    public async Task asks_for_the_profile_it_is_told_and_proves_names_by(string challenge, string name)
    {
        await ConfigureAsync(challenge, name);
        await using (var apache = Start())
        {
            await AppearsAsync(apache, Staged);
        }

        // A restart puts into use what is staged.
        await using (var apache = Start())
        {
            await AppearsAsync(apache, Live);
        }

        var pem = await File.ReadAllTextAsync(Live);
        using var leaf = X509Certificate2.CreateFromPem(pem);
        Assert.InRange((leaf.NotAfter - leaf.NotBefore).TotalDays, 5.9, 6.1);
        var (certificate, chain) = Split(Live);
        await VerifyAsync(certificate, chain);
    }

    [Fact]
    public async Task renews_a_certificate_at_once_that_was_revoked_because_renewal_information_says_so()
    {
        await ConfigureAsync("http-01", "md.example.test");
        await using (var apache = Start())
        {
            await AppearsAsync(apache, Staged);
        }

        byte[] first;
        await using (var apache = Start())
        {
            first = await AppearsAsync(apache, Live);
        }

        await RevokeByItsKeyAsync(Live, Live.Replace("pubcert", "privkey", StringComparison.Ordinal));
        var (leaf, chain) = Split(Live);
        await IsRevokedAsync(leaf, chain);

        await using (var apache = Start())
        {
            await AppearsAsync(apache, Staged);
        }

        await using (var apache = Start())
        {
            await AppearsAsync(apache, Live, first);
        }
    }

    private string Live => Authority["apache/md/domains/md.example.test/pubcert.secp256r1.pem"];

    private string Staged => Authority["apache/md/staging/md.example.test/pubcert.secp256r1.pem"];

    private async Task ConfigureAsync(string challenge, string name)
    {
        await AddBindingKeyAsync();
        const string Modules = "/usr/lib/apache2/modules";
        var hook = WriteScript("apache/hook", $"[ \"$1\" = setup ] || exit 0\n{Publish("$2", "$3")}\n");
        File.Copy(Root, Authority["apache/root.pem"]);
        Directory.CreateDirectory(Authority["apache/md"]);
        Write("apache/httpd.conf", string.Create(CultureInfo.InvariantCulture, $"""
            ServerRoot {Authority["apache"]}
            LoadModule mpm_event_module {Modules}/mod_mpm_event.so
            LoadModule authz_core_module {Modules}/mod_authz_core.so
            LoadModule socache_shmcb_module {Modules}/mod_socache_shmcb.so
            LoadModule ssl_module {Modules}/mod_ssl.so
            LoadModule md_module {Modules}/mod_md.so
            DefaultRuntimeDir {Authority["apache"]}
            PidFile {Authority["apache/pid"]}
            ErrorLog /dev/stderr
            LogLevel warn md:debug
            ServerName localhost
            Listen 127.0.0.1:{HttpPort}
            Listen 127.0.0.1:{TlsPort}
            MDPortMap http:{HttpPort} https:{TlsPort}
            MDCertificateAuthority {Server}
            MDCACertificateFile {Authority["apache/root.pem"]}
            MDCertificateAgreement accepted
            MDExternalAccountBinding {BindingKey} {BindingSecret}
            MDContactEmail admin@example.com
            MDStoreDir {Authority["apache/md"]}
            MDPrivateKeys secp256r1
            MDProfile short
            MDRenewViaARI on
            MDInitialDelay 0s
            MDRetryDelay 2s
            MDCAChallenges {challenge}
            MDChallengeDns01 {hook}
            MDomain md.example.test {(name.StartsWith('*') ? name : "")}
            <VirtualHost 127.0.0.1:{HttpPort}>
              ServerName md.example.test
            </VirtualHost>
            <VirtualHost 127.0.0.1:{TlsPort}>
              ServerName md.example.test
              ServerAlias {name}
              SSLEngine on
              Protocols http/1.1 acme-tls/1
            </VirtualHost>

            """));
    }

    // As root Apache would run its workers as another user, who may not enter a scratch folder; in a user namespace it is nobody in particular.
    private RunningProgram Start() => RunningProgram.Start(
        "unshare", ["--user", "apache2", "-X", "-d", Authority["apache"], "-f", Authority["apache/httpd.conf"]]);
}
