using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests;

public sealed class Revoking_a_certificate(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _customer.Dispose();

    [Fact]
    public async Task works_with_the_account_and_carries_the_reason()
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()));
        using var client = _customer.CreateClient();

        await client.RevokeAsync(issued.FullChainPem, RevocationReason.Superseded, Cancel);

        var status = await StatusAsync(issued);
        Assert.Equal("Revoked", (string?)status["Status"]);
        Assert.Equal((int)RevocationReason.Superseded, (int)status["Reason"]!);
    }

    [Theory]
    [InlineData(KeyType.P256)]
    [InlineData(KeyType.P384)]
    [InlineData(KeyType.Rsa2048)]
    public async Task works_with_the_certificates_own_key_and_no_account(KeyType type)
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()) with { KeyType = type });
        using var stranger = new Customer(pebble.Pebble, pebble.Challenges);
        using var client = stranger.CreateClient();

        await client.RevokeWithKeyAsync(issued.LeafPem, issued.PrivateKeyPem, RevocationReason.KeyCompromise, Cancel);

        Assert.Equal("Revoked", (string?)(await StatusAsync(issued))["Status"]);
        Assert.Equal(0, stranger.Accounts.Saves);
    }

    [Fact]
    public async Task that_is_revoked_already_is_done()
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()));
        using var client = _customer.CreateClient();
        await client.RevokeAsync(issued.LeafPem, RevocationReason.Unspecified, Cancel);

        await client.RevokeAsync(issued.LeafPem, RevocationReason.Unspecified, Cancel);

        Assert.Equal("Revoked", (string?)(await StatusAsync(issued))["Status"]);
    }

    [Fact]
    public async Task of_another_account_is_refused_in_the_authoritys_words()
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()));
        using var stranger = new Customer(pebble.Pebble, pebble.Challenges);
        using var client = stranger.CreateClient();

        var problem = (await Assert.ThrowsAsync<ProblemException>(
            () => client.RevokeAsync(issued.LeafPem, RevocationReason.Unspecified, Cancel))).Problem;

        Assert.Equal(AcmeProblems.Unauthorized, problem.Code);
        Assert.Contains("refused the revocation", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task needs_a_certificate_and_a_key_that_can_be_read()
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()));
        using var client = _customer.CreateClient();

        var certificate = await Assert.ThrowsAsync<ProblemException>(
            () => client.RevokeAsync("nothing", RevocationReason.Unspecified, Cancel));
        var key = await Assert.ThrowsAsync<ProblemException>(
            () => client.RevokeWithKeyAsync(issued.LeafPem, "nothing", RevocationReason.Unspecified, Cancel));

        Assert.Equal(AcmeProblems.CertificateUnreadable, certificate.Problem.Code);
        Assert.Equal(AcmeProblems.CertificateUnreadable, key.Problem.Code);
    }

    private async Task<JsonNode> StatusAsync(IssuedCertificate issued)
    {
        using var leaf = X509Certificate2.CreateFromPem(issued.LeafPem);
        using var http = pebble.Pebble.CreateClient();
        var serial = leaf.SerialNumber.ToLowerInvariant();
        var path = new Uri(pebble.Pebble.ManagementUrl, $"cert-status-by-serial/{serial}");
        return JsonNode.Parse(await http.GetStringAsync(path, Cancel))!;
    }
}
