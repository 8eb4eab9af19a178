using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §8.4; draft-ietf-acme-dns-account-label; draft-ietf-acme-dns-persist.</summary>
public sealed class Proving_a_name_by_DNS : WithNameServer
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private protected override TimeProvider Time => _clock;

    private protected override string Records => """
        www IN A 127.0.0.1
        _acme-challenge.alias IN CNAME step.elsewhere
        step.elsewhere IN CNAME answers.sub.example.test.
        _acme-challenge.loop IN CNAME loop2
        loop2 IN CNAME _acme-challenge.loop
        """;

    [Fact]
    public async Task takes_one_TXT_value_among_others()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.Dns01, challenge => AddAsync(
            "_acme-challenge.www 60 TXT \"something else\"", $"_acme-challenge.www 60 TXT \"{Proof(client, challenge)}\""));

        Assert.True(order.Status == "ready", order.Error?.Detail);
    }

    [Fact]
    public async Task proves_a_name_and_its_wildcard_with_two_values_at_one_name_and_issues_both()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (url, order) = await client.OrderAsync("w.example.test", "*.w.example.test");
        Assert.Equal(["*.w.example.test", "w.example.test"], order.Identifiers.Select(identifier => identifier.Value));
        foreach (var authorization in order.Authorizations)
        {
            var challenge = await client.ChallengeOfAsync(authorization, ChallengeType.Dns01);
            await AddAsync($"_acme-challenge.w 60 TXT \"{Proof(client, challenge)}\"");
            await client.PostAsync(challenge.Url, "{}");
        }

        var ready = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending");
        Assert.True(ready.Status == "ready", ready.Error?.Detail);
        await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "w.example.test", "*.w.example.test"));
        var valid = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "processing");
        using var leaf = X509Certificate2.CreateFromPem((await client.PostAsync(valid.Certificate!)).Body);
        Assert.Equal(
            ["*.w.example.test", "w.example.test"],
            leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
    }

    [Fact]
    public async Task offers_a_wildcard_DNS_challenges_only_and_shows_the_name_without_its_label()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (_, order) = await client.OrderAsync("*.example.test");

        var authorization = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);

        Assert.Equal(("example.test", true), (authorization.Identifier.Value, authorization.Wildcard));
        Assert.Equal(
            [ChallengeType.Dns01, ChallengeType.DnsAccount01, ChallengeType.DnsPersist01],
            authorization.Challenges.Select(challenge => challenge.Type).Order(StringComparer.Ordinal));
        Assert.Equal(3, authorization.Challenges.Select(challenge => challenge.Token).OfType<string>().Distinct().Count());
    }

    [Fact]
    public async Task does_not_take_a_wildcards_proof_for_the_name_itself()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await TryAsync(client, "*.x.example.test", ChallengeType.Dns01, challenge => AddAsync(
            $"_acme-challenge.x 60 TXT \"{Proof(client, challenge)}\""));

        Assert.Equal("ready", (await client.OrderAsync("*.x.example.test")).Order.Status);
        Assert.Equal("pending", (await client.OrderAsync("x.example.test")).Order.Status);
    }

    [Fact]
    public async Task follows_aliases_across_a_zone_cut()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "alias.example.test", ChallengeType.Dns01, async challenge =>
        {
            var server = $"server 127.0.0.1 {Dns.Address.Port}\nzone sub.example.test\n"
                + $"update add answers.sub.example.test. 60 TXT \"{Proof(client, challenge)}\"\nsend\n";
            var result = await ExternalProgram.RunAsync(
                "nsupdate", ["-y", $"hmac-sha256:{NameServer.KeyName}:{NameServer.KeySecret}"], input: server);
            Assert.True(result.Status == 0, result.ToString());
        });

        Assert.True(order.Status == "ready", order.Error?.Detail);
    }

    [Fact]
    public async Task gives_up_on_aliases_in_a_circle()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "loop.example.test", ChallengeType.Dns01, _ => Task.CompletedTask);

        Assert.Equal(AcmeError.Dns, order.Error!.Type);
    }

    [Fact]
    public async Task asks_again_over_TCP_when_an_answer_does_not_fit()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var filling = Enumerable.Range(0, 60).Select(i => $"_acme-challenge.big 60 TXT \"{new string('x', 200)}{i}\"").ToArray();

        var (order, _) = await TryAsync(client, "big.example.test", ChallengeType.Dns01, challenge => AddAsync(
            [.. filling, $"_acme-challenge.big 60 TXT \"{Proof(client, challenge)}\""]));

        Assert.True(order.Status == "ready", order.Error?.Detail);
    }

    [Fact]
    public async Task says_which_record_is_missing_and_what_it_must_hold()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var expected = "";

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.Dns01, challenge =>
        {
            expected = Proof(client, challenge);
            return Task.CompletedTask;
        });

        Assert.Equal((AcmeError.Dns, "invalid"), (order.Error!.Type, order.Status));
        Assert.Contains($"no TXT record at _acme-challenge.www.example.test; one must hold '{expected}'", order.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task shows_a_bounded_printable_part_of_what_it_found_instead()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.Dns01, _ => AddAsync(
            $"_acme-challenge.www 60 TXT \"\\007\\010<b>{new string('y', 150)}\"", "_acme-challenge.www 60 TXT b", "_acme-challenge.www 60 TXT c",
            "_acme-challenge.www 60 TXT d"));

        Assert.Equal(AcmeError.IncorrectResponse, order.Error!.Type);
        Assert.DoesNotContain(order.Error.Detail!, char.IsControl);
        Assert.DoesNotContain(new string('y', 100), order.Error.Detail, StringComparison.Ordinal);
        Assert.Contains("and 1 more", order.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task looks_at_a_name_of_the_accounts_own_for_dns_account_01()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var label = AccountLabel.Of(client.Kid!);

        var (order, _) = await TryAsync(client, "*.acc.example.test", ChallengeType.DnsAccount01, challenge => AddAsync(
            $"{label}._acme-challenge.acc 60 TXT \"{Proof(client, challenge)}\""));

        Assert.True(order.Status == "ready", order.Error?.Detail);
    }

    [Theory]
    [InlineData("www.example.test", "ca.example; accounturi={0}", null)]
    [InlineData("www.example.test", "CA.example;accounturi={0};unknown=1", null)]
    [InlineData("www.example.test", "ca.example; accounturi={1}", null)]
    [InlineData("*.example.test", "ca.example; accounturi={0}; policy=wildcard", null)]
    [InlineData("*.example.test", "ca.example; accounturi={0}; policy=WILDCARD; persistUntil=4102444800", null)]
    [InlineData("*.example.test", "ca.example; accounturi={0}", "policy=wildcard")]
    [InlineData("*.example.test", "ca.example; accounturi={0}; policy=other", "policy=wildcard")]
    [InlineData("www.example.test", "other.example; accounturi={0}", "another issuer")]
    [InlineData("www.example.test", "ca.example; accounturi={0}x", "another account")]
    [InlineData("www.example.test", "ca.example", "missing")]
    [InlineData("www.example.test", "ca.example; accounturi={0}; accounturi={0}", "twice")]
    [InlineData("www.example.test", "ca.example; accounturi={0}; persistUntil=1000000000", "over")]
    [InlineData("www.example.test", "ca.example; accounturi={0}; persistUntil=soon", "not a time")]
    [InlineData("www.example.test", "ca.example; accounturi={0}; persistUntil=", "not a time")]
    [InlineData("www.example.test", "ca.example accounturi={0}", "grammar")]
    public async Task reads_a_persistent_record(string name, string record, string? why)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var plain = name.TrimStart('*', '.');
        var hashed = PersistentRecord.HashedAccount(
            client.Directory.Meta!.AccountHashPrefix!, plain, client.Key.Thumbprint, client.Kid!);
        var text = string.Format(null, record, client.Kid, hashed);
        var owner = plain == "example.test" ? "_validation-persist" : "_validation-persist.www";

        var (order, _) = await TryAsync(client, name, ChallengeType.DnsPersist01, challenge =>
        {
            Assert.NotNull(challenge.Token);
            Assert.Equal(["ca.example"], challenge.IssuerDomainNames!);
            Assert.Equal(["ca.example"], challenge.EarlierIssuerDomainNames!);
            // A string of a TXT record has 255 characters at most.
            return AddAsync($"{owner} 60 TXT {string.Join(' ', text.Chunk(200).Select(piece => $"\"{new string(piece)}\""))}");
        });

        Assert.Equal(why is null ? "ready" : "invalid", order.Status);
        Assert.Contains(why ?? "", order.Error?.Detail ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task believes_a_persistent_record_no_longer_than_it_says()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var until = DateTimeOffset.FromUnixTimeSeconds(_clock.GetUtcNow().ToUnixTimeSeconds()).AddHours(2);

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.DnsPersist01, _ => AddAsync(
            $"_validation-persist.www 60 TXT \"ca.example; accounturi={client.Kid}; persistUntil={until.ToUnixTimeSeconds()}\""));

        Assert.True(order.Status == "ready", order.Error?.Detail);
        Assert.Equal(until, (await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization)).Expires);
    }

    [Fact]
    public async Task tells_a_failed_look_up_from_a_missing_record()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        await Authority.RestartAsync(options => options with { Resolvers = [new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, FreePort.Next())] });

        var (order, _) = await TryAsync(client, "www.example.test", ChallengeType.Dns01, _ => Task.CompletedTask);

        Assert.Equal(AcmeError.Dns, order.Error!.Type);
        Assert.Contains("failed", order.Error.Detail, StringComparison.Ordinal);
    }
}
