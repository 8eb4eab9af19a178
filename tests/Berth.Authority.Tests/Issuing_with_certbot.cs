using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>certbot as Debian ships it, unmodified.</summary>
public sealed class Issuing_with_certbot : IAsyncLifetime
{
    private const string Name = "certbot.localhost";
    private readonly int _httpPort = FreePort.Next();
    private AuthorityInScratch _authority = null!;

    public async ValueTask InitializeAsync() =>
        _authority = await AuthorityInScratch.StartAsync(options => options with { HttpPort = _httpPort });

    public ValueTask DisposeAsync() => _authority.DisposeAsync();

    [Fact]
    public async Task works_from_the_first_certificate_over_renewal_to_revocation()
    {
        await CertbotAsync(
            "certonly", "--standalone", "--http-01-port", _httpPort.ToString(CultureInfo.InvariantCulture), "-d", Name,
            "--agree-tos", "-m", "admin@example.com", "--no-eff-email");
        var first = await File.ReadAllBytesAsync(Live("cert.pem"));
        await OpenSsl.VerifyAsync(_authority, Live("cert.pem"), Live("chain.pem"));

        await CertbotAsync("renew", "--force-renewal", "--no-random-sleep-on-renew");
        Assert.NotEqual(first, await File.ReadAllBytesAsync(Live("cert.pem")));
        await OpenSsl.VerifyAsync(_authority, Live("cert.pem"), Live("chain.pem"));
        File.Copy(Live("cert.pem"), _authority["revoked.pem"]);
        File.Copy(Live("chain.pem"), _authority["chain.pem"]);

        await CertbotAsync("revoke", "--cert-name", Name, "--reason", "superseded", "--delete-after-revoke");
        var refusal = await OpenSsl.VerifyFailingAsync(_authority, _authority["revoked.pem"], _authority["chain.pem"]);
        Assert.Contains("certificate revoked", refusal, StringComparison.Ordinal);
        Assert.False(File.Exists(Live("cert.pem")));
    }

    private string Live(string file) => _authority[$"certbot/live/{Name}/{file}"];

    private Task<string> CertbotAsync(params string[] arguments) => ExternalProgram.SucceedAsync(
        "certbot",
        [
            .. arguments, "-n", "--server", _authority.Server.Directory.AbsoluteUri, "--config-dir", _authority["certbot"],
            "--work-dir", _authority["work"], "--logs-dir", _authority["logs"],
        ],
        new Dictionary<string, string?> { ["REQUESTS_CA_BUNDLE"] = _authority.Server.RootPath });
}
