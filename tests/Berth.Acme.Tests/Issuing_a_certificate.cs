using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests;

public sealed class Issuing_a_certificate(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    public void Dispose() => _customer.Dispose();

    [Fact]
    public async Task gives_a_chain_for_the_key_and_exactly_the_names_asked_for()
    {
        string[] names = [Customer.UniqueName("b"), Customer.UniqueName("a"), Customer.UniqueName("www")];

        var issued = await _customer.IssueAsync(Customer.For([.. names, names[0]]));

        using var leaf = X509Certificate2.CreateFromPem(issued.LeafPem, issued.PrivateKeyPem);
        Assert.Equal(names.Order(StringComparer.Ordinal), issued.Names);
        Assert.Equal(
            issued.Names,
            leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames().Order(StringComparer.Ordinal));
        Assert.True(leaf.HasPrivateKey);
        Assert.Equal(leaf.NotAfter.ToUniversalTime(), issued.NotAfter.UtcDateTime);
        Assert.Equal(2, issued.ChainPem.Split("BEGIN CERTIFICATE").Length - 1);
        Assert.Equal([issued], _customer.Stored);
        Assert.Null(_customer.Journal.Current);
    }

    [Theory]
    [InlineData(KeyType.P256, "1.2.840.10045.2.1", 256)]
    [InlineData(KeyType.P384, "1.2.840.10045.2.1", 384)]
    [InlineData(KeyType.Rsa2048, "1.2.840.113549.1.1.1", 2048)]
    [InlineData(KeyType.Rsa3072, "1.2.840.113549.1.1.1", 3072)]
    [InlineData(KeyType.Rsa4096, "1.2.840.113549.1.1.1", 4096)]
    public async Task makes_the_kind_of_key_asked_for(KeyType type, string algorithm, int size)
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()) with { KeyType = type });

        using var leaf = X509Certificate2.CreateFromPem(issued.LeafPem, issued.PrivateKeyPem);
        using AsymmetricAlgorithm key = (AsymmetricAlgorithm?)leaf.GetECDsaPrivateKey() ?? leaf.GetRSAPrivateKey()!;
        Assert.Equal(algorithm, leaf.PublicKey.Oid.Value);
        Assert.Equal(size, key.KeySize);
    }

    [Fact]
    public async Task carries_addresses_beside_names()
    {
        var name = Customer.UniqueName();

        var issued = await _customer.IssueAsync(Customer.For(name) with { Addresses = [System.Net.IPAddress.Loopback] });

        using var leaf = X509Certificate2.CreateFromPem(issued.LeafPem);
        var carried = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["127.0.0.1", name], issued.Names);
        Assert.Equal([System.Net.IPAddress.Loopback], carried.EnumerateIPAddresses());
    }

    [Fact]
    public async Task leaves_no_challenge_answer_behind()
    {
        var tokens = 0;
        await _customer.IssueAsync(
            Customer.For(Customer.UniqueName()),
            point => tokens += point == AcmeFailPoints.ChallengePresented ? 1 : 0);

        Assert.Equal(1, tokens);
        Assert.Equal(1, _customer.Solver.Presented);
        Assert.Equal(1, _customer.Solver.Cleaned);
    }

    [Fact]
    public async Task names_each_step_once_for_one_name_and_in_order()
    {
        List<string> reached = [];

        await _customer.IssueAsync(Customer.For(Customer.UniqueName()), reached.Add);

        Assert.Equal(AcmeFailPoints.All, reached);
    }

    [Fact]
    public async Task tells_which_of_several_names_failed_and_why()
    {
        string[] good = [Customer.UniqueName("good1"), Customer.UniqueName("good2")];
        string[] bad = [Customer.UniqueName("bad1"), Customer.UniqueName("bad2")];
        await pebble.Pebble.SetAddressAsync(bad[0], "127.0.0.9");
        await pebble.Pebble.SetAddressAsync(bad[1], "127.0.0.9");

        var problem = (await Assert.ThrowsAsync<ProblemException>(
            () => _customer.IssueAsync(Customer.For([.. good, .. bad])))).Problem;

        Assert.Equal(AcmeProblems.ValidationConnection, problem.Code);
        Assert.Equal(2, problem.Details.Length);
        Assert.All(bad, name => Assert.Contains(problem.Details, line => line.StartsWith(name + ": ", StringComparison.Ordinal)));
        Assert.All(good, name => Assert.DoesNotContain(name, string.Join('\n', problem.Details), StringComparison.Ordinal));
        Assert.Contains($"http://{bad[0]}/.well-known/acme-challenge/", problem.Remedy, StringComparison.Ordinal);
        Assert.Contains("port 80", problem.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task never_uses_a_failed_order_again()
    {
        var name = Customer.UniqueName();
        await pebble.Pebble.SetAddressAsync(name, "127.0.0.9");
        await Assert.ThrowsAsync<ProblemException>(() => _customer.IssueAsync(Customer.For(name)));
        Assert.Null(_customer.Journal.Current);
        await pebble.Pebble.SetAddressAsync(name, "127.0.0.1");

        var issued = await _customer.IssueAsync(Customer.For(name));

        Assert.Equal(2, _customer.Wire.OrderUrls.Count());
        Assert.Equal(_customer.Wire.OrderUrls.Last(), issued.OrderUrl);
    }

    [Fact]
    public async Task picks_the_chain_that_ends_in_the_preferred_issuer()
    {
        var first = await _customer.IssueAsync(Customer.For(Customer.UniqueName()));
        using var all = pebble.Pebble.CreateClient();
        var top = await TopOfAsync(all, "roots/2");

        var second = await _customer.IssueAsync(Customer.For(Customer.UniqueName()) with { PreferredChain = top });

        Assert.NotEqual(top, TopIssuer(first));
        Assert.Equal(top, TopIssuer(second));
    }

    [Fact]
    public async Task keeps_the_default_chain_and_says_so_when_none_has_the_preferred_issuer()
    {
        await _customer.IssueAsync(Customer.For(Customer.UniqueName()) with { PreferredChain = "No Such Root" });

        Assert.Contains(_customer.Steps, step => step is { Kind: IssuanceStepKind.PreferredChainMissing, Detail: "No Such Root" });
    }

    [Fact]
    public async Task never_shows_a_secret_as_text()
    {
        var issued = await _customer.IssueAsync(Customer.For(Customer.UniqueName()));

        Assert.DoesNotContain("PRIVATE", issued.ToString(), StringComparison.Ordinal);
        Assert.Contains("PRIVATE", issued.PrivateKeyPem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task without_a_fitting_solver_says_what_the_authority_offers()
    {
        _customer.Solvers = [];

        var problem = (await Assert.ThrowsAsync<ProblemException>(
            () => _customer.IssueAsync(Customer.For(Customer.UniqueName())))).Problem;

        Assert.Equal(AcmeProblems.ChallengeUnsupported, problem.Code);
        Assert.Contains("http-01", problem.Found, StringComparison.Ordinal);
    }

    private async Task<string> TopOfAsync(HttpClient client, string path)
    {
        var pem = await client.GetStringAsync(new Uri(pebble.Pebble.ManagementUrl, path));
        using var root = X509Certificate2.CreateFromPem(pem);
        return root.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }

    private static string TopIssuer(IssuedCertificate issued)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(issued.FullChainPem);
        return chain[^1].GetNameInfo(X509NameType.SimpleName, forIssuer: true);
    }
}
