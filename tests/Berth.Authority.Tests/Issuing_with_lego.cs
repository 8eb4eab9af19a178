using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>lego as Debian ships it, unmodified.</summary>
public sealed class Issuing_with_lego
{
    [Theory]
    [InlineData("ec256")]
    [InlineData("ec384")]
    [InlineData("rsa2048")]
    public async Task works_for_each_kind_of_key(string keyType)
    {
        var port = FreePort.Next();
        await using var authority = await AuthorityInScratch.StartAsync(options => options with { HttpPort = port });

        await ExternalProgram.SucceedAsync(
            "lego",
            [
                "--accept-tos", "--email", "admin@example.com", "--server", authority.Server.Directory.AbsoluteUri,
                "--path", authority["lego"], "--key-type", keyType, "--http", "--http.port", $":{port}",
                "-d", "lego.localhost", "-d", "www.lego.localhost", "run",
            ],
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = authority.Server.RootPath });

        var certificates = authority["lego/certificates"];
        await OpenSsl.VerifyAsync(
            authority, Path.Combine(certificates, "lego.localhost.crt"), Path.Combine(certificates, "lego.localhost.issuer.crt"));
    }
}
