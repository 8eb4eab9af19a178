using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.4.</summary>
public sealed class Ordering_a_certificate : WithAuthority
{
    [Fact]
    public async Task goes_from_pending_over_ready_to_valid()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("b.localhost", "A.localhost", "a.localhost");
        Assert.Equal("pending", order.Status);
        Assert.Equal(["a.localhost", "b.localhost"], order.Identifiers.Select(identifier => identifier.Value));
        Assert.Equal(2, order.Authorizations.Count);

        Assert.Equal("ready", (await client.ProveAsync(url, order, Host)).Status);
        var finalized = await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "b.localhost", "a.localhost"));
        Assert.Equal(url, finalized.Location);
        var seen = finalized.As(AcmeJson.Default.Order).Status;
        Assert.True(seen == "valid" || (seen == "processing" && finalized.Headers.ContainsKey("Retry-After")), seen);

        var valid = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status == "valid");
        var download = await client.PostAsync(valid.Certificate!);
        Assert.Equal("application/pem-certificate-chain", download.ContentType);
        using var leaf = X509Certificate2.CreateFromPem(download.Body);
        Assert.Equal(key.ExportSubjectPublicKeyInfo(), leaf.PublicKey.ExportSubjectPublicKeyInfo());
        var names = leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.True(names.Critical);
        Assert.Equal(["a.localhost", "b.localhost"], names.EnumerateDnsNames());
    }

    [Fact]
    public async Task keeps_identifiers_and_authorizations_as_they_were_made_through_every_state()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, pending) = await client.OrderAsync("b.localhost", "a.localhost");
        var ready = await client.ProveAsync(url, pending, Host);
        await client.PostAsync(pending.Finalize, AcmeTestClient.Csr(key, "b.localhost", "a.localhost"));
        var valid = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status == "valid");

        Assert.Equal(("pending", "ready"), (pending.Status, ready.Status));
        Assert.All([ready, valid], order =>
        {
            Assert.Equal(pending.Identifiers, order.Identifiers);
            Assert.Equal(pending.Authorizations, order.Authorizations);
            Assert.Equal((pending.Finalize, pending.Expires), (order.Finalize, order.Expires));
        });
    }

    [Fact]
    public async Task writes_the_chain_in_strict_PEM_each_certificate_certified_by_the_next()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (_, pem) = await client.IssueAsync(key, Host, "a.localhost");

        // RFC 7468 §3: lines of 64, the last shorter; RFC 8555 §9.1: nothing but certificates, so it begins with one.
        Assert.Matches(
            @"^(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END CERTIFICATE-----\n){2,}$", pem);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        for (var i = 0; i + 1 < chain.Count; i++)
        {
            Assert.Equal(chain[i + 1].SubjectName.RawData, chain[i].IssuerName.RawData);
        }
    }

    [Fact]
    public async Task reuses_what_the_account_has_proven_and_nothing_of_others()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);

        Assert.Equal("ready", (await client.OrderAsync("a.localhost")).Order.Status);
        Assert.Equal("pending", (await client.OrderAsync("a.localhost", "b.localhost")).Order.Status);
        Assert.Equal("pending", (await other.OrderAsync("a.localhost")).Order.Status);
    }

    [Theory]
    [InlineData("dns", "*.*.example.com", AcmeError.RejectedIdentifier, "wildcard")]
    [InlineData("dns", "a.*.example.com", AcmeError.RejectedIdentifier, "wildcard")]
    [InlineData("dns", "*", AcmeError.RejectedIdentifier, "wildcard")]
    [InlineData("dns", "exa mple.com", AcmeError.RejectedIdentifier, "space")]
    [InlineData("dns", "bücher.example", AcmeError.RejectedIdentifier, "A-labels")]
    [InlineData("dns", "127.0.0.1", AcmeError.RejectedIdentifier, "address")]
    [InlineData("dns", "example.com:80", AcmeError.RejectedIdentifier, "ports")]
    [InlineData("dns", "example.com.", AcmeError.RejectedIdentifier, "dot")]
    [InlineData("ip", "127.0.0.01", AcmeError.Malformed, "RFC 8738")]
    [InlineData("ip", "2001:DB8::1", AcmeError.Malformed, "RFC 8738")]
    [InlineData("ip", "2001:db8:0::1", AcmeError.Malformed, "RFC 8738")]
    [InlineData("ip", "fe80::1%1", AcmeError.Malformed, "RFC 8738")]
    [InlineData("ip", "a.localhost", AcmeError.Malformed, "RFC 8738")]
    [InlineData("email", "a@example.com", AcmeError.UnsupportedIdentifier, "email")]
    public async Task refuses_an_identifier_and_says_why(string type, string value, string error, string why)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var payload = JsonSerializer.Serialize(
            new NewOrderRequest { Identifiers = [new Identifier(type, value)] }, AcmeJson.Default.NewOrderRequest);

        var problem = (await client.PostAsync(client.Directory.NewOrder, payload)).Refuses(error, 400);

        Assert.Contains(why, problem.Detail, StringComparison.Ordinal);
        // RFC 8555 §6.7.1: in subproblems only.
        Assert.Null(problem.Identifier);
        Assert.Equal((error, value), problem.Subproblems!.Select(sub => (sub.Type, sub.Identifier!.Value)).Single());
    }

    [Fact]
    public async Task lists_each_of_several_refused_identifiers()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var problem = (await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("*.*.a.example", "good.example", "b_.example")))
            .Refuses(AcmeError.Compound, 400);

        Assert.Equal(["*.*.a.example", "b_.example"], problem.Subproblems!.Select(sub => sub.Identifier!.Value));
        Assert.All(problem.Subproblems!, sub => Assert.Equal(AcmeError.RejectedIdentifier, sub.Type));
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1, 201)]
    [InlineData(100, 201)]
    [InlineData(101, 400)]
    public async Task takes_1_to_100_names(int count, int status)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var names = Enumerable.Range(0, count).Select(i => $"n{i}.localhost").ToArray();

        Assert.Equal(status, (await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor(names))).Status);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"identifiers":null}""")]
    [InlineData("""{"identifiers":[null]}""")]
    [InlineData("""{"identifiers":[{"type":"dns"}]}""")]
    [InlineData("""{"identifiers":[{"type":"dns","value":7}]}""")]
    [InlineData("""{"identifiers":"a.localhost"}""")]
    [InlineData("")]
    public async Task refuses_a_payload_that_is_no_order(string payload)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        (await client.PostAsync(client.Directory.NewOrder, payload)).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task finalizes_only_what_is_ready()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (_, order) = await client.OrderAsync("a.localhost");

        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"))).Refuses(AcmeError.OrderNotReady, 403);
    }

    [Fact]
    public async Task issues_once_however_often_it_is_finalized_at_the_same_time()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);
        var csr = AcmeTestClient.Csr(key, "a.localhost");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PostAsync(order.Finalize, csr)));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(
            answers.Where(answer => answer.Status != 200), answer => answer.Refuses(AcmeError.OrderNotReady, 403));
    }

    [Fact]
    public async Task honours_the_dates_asked_for_within_its_lifetime()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var until = DateTimeOffset.Parse(DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).AddDays(7).ToString("O"), null);
        var wanted = new NewOrderRequest { Identifiers = [Identifier.Dns("a.localhost")], NotAfter = until };
        var answer = await client.PostAsync(
            client.Directory.NewOrder, JsonSerializer.Serialize(wanted, AcmeJson.Default.NewOrderRequest));
        await client.ProveAsync(answer.Location!, answer.As(AcmeJson.Default.Order), Host);
        await client.PostAsync(answer.As(AcmeJson.Default.Order).Finalize, AcmeTestClient.Csr(key, "a.localhost"));
        var valid = await client.WaitAsync(answer.Location!, AcmeJson.Default.Order, found => found.Status == "valid");

        using var leaf = X509Certificate2.CreateFromPem((await client.PostAsync(valid.Certificate!)).Body);
        Assert.Equal(until, new DateTimeOffset(leaf.NotAfter.ToUniversalTime()));

        var tooLong = JsonSerializer.Serialize(wanted with { NotAfter = until.AddDays(100) }, AcmeJson.Default.NewOrderRequest);
        (await client.PostAsync(client.Directory.NewOrder, tooLong)).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task keeps_orders_and_certificates_from_other_accounts()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await client.IssueAsync(key, Host, "a.localhost");
        var url = (await client.ReadAsync(client.Kid + "/orders", AcmeJson.Default.OrderList)).Orders.Single();
        var order = await client.ReadAsync(url, AcmeJson.Default.Order);
        var authorization = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);

        foreach (var resource in new[] { url, order.Authorizations[0], order.Certificate!, authorization.Challenges[0].Url })
        {
            (await other.PostAsync(resource)).Refuses(AcmeError.Unauthorized, 403);
            (await client.PostAsync(resource[..^1] + "x")).Refuses(AcmeError.Malformed, 404);
        }
    }

    [Fact]
    public async Task only_reads_by_POST_as_GET()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, _) = await client.OrderAsync("a.localhost");

        (await client.PostAsync(url, "{}")).Refuses(AcmeError.Malformed, 400);
    }
}
