using System.Security.Cryptography;
using Berth.Acme.Looking;
using Berth.Acme.Protocol;
using Berth.Authority.Validation;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>RFC 8659, RFC 8657.</summary>
public sealed class Checking_CAA : WithNameServer
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private protected override TimeProvider Time => _clock;

    private protected override string Records => """
        none IN A 127.0.0.1
        ours IN A 127.0.0.1
        ours IN CAA 0 issue "ca.example"
        others IN A 127.0.0.1
        others IN CAA 0 issue "letsencrypt.org"
        a.b.c.others IN A 127.0.0.1
        back.others IN A 127.0.0.1
        back.others IN CAA 0 issue "ca.example"
        nobody IN A 127.0.0.1
        nobody IN CAA 0 issue ";"
        mail IN A 127.0.0.1
        mail IN CAA 0 iodef "mailto:a@example.test"
        alias IN CNAME others
        _acme-challenge.wild IN CNAME wildproof
        wild IN CAA 0 issue "ca.example"
        wild IN CAA 0 issuewild ";"
        dnsonly IN A 127.0.0.1
        dnsonly IN CAA 0 issue "ca.example; validationmethods=dns-01"
        webonly IN A 127.0.0.1
        webonly IN CAA 0 issue "ca.example; validationmethods=dns-01,http-01"
        stranger IN A 127.0.0.1
        stranger IN CAA 0 issue "ca.example; accounturi=https://ca.example/account/1"
        critical IN A 127.0.0.1
        critical IN CAA 0 issue "ca.example"
        critical IN CAA 128 future "x"
        """;

    [Theory]
    [InlineData("none", null)]
    [InlineData("ours", null)]
    [InlineData("mail", null)]
    [InlineData("back.others", null)]
    [InlineData("webonly", null)]
    [InlineData("others", "the CAA records at others.example.test permit letsencrypt.org, not ca.example")]
    [InlineData("a.b.c.others", "the CAA records at others.example.test permit letsencrypt.org, not ca.example")]
    [InlineData("alias", "permit letsencrypt.org, not")]
    [InlineData("nobody", "permit nobody, not")]
    [InlineData("dnsonly", "by dns-01 only, not by http-01")]
    [InlineData("stranger", "for the account https://ca.example/account/1 only")]
    [InlineData("critical", "critical tag 'future'")]
    public async Task climbs_to_the_first_name_with_records_and_obeys_them(string label, string? why)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, $"{label}.example.test", ChallengeType.Http01, challenge =>
        {
            Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
            return Task.CompletedTask;
        });

        Assert.True(order.Status == (why is null ? "ready" : "invalid"), order.Error?.Detail);
        Assert.Equal(why is null ? null : AcmeError.Caa, order.Error?.Type);
        Assert.Contains(why ?? "", order.Error?.Detail ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task looks_at_issuewild_for_wildcards()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var (order, _) = await TryAsync(client, "*.wild.example.test", ChallengeType.Dns01, challenge => AddAsync(
            $"wildproof 60 TXT \"{Proof(client, challenge)}\""));

        Assert.Equal(AcmeError.Caa, order.Error!.Type);
    }

    [Fact]
    public async Task lets_an_account_in_that_the_record_names()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await AddAsync($"mine 60 A 127.0.0.1", $"mine 60 CAA 0 issue \"ca.example; accounturi={client.Kid}\"");

        var (order, _) = await TryAsync(client, "mine.example.test", ChallengeType.Http01, challenge =>
        {
            Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
            return Task.CompletedTask;
        });

        Assert.True(order.Status == "ready", order.Error?.Detail);
    }

    [Theory]
    [InlineData(7, "valid")]
    [InlineData(9, "invalid")]
    public async Task looks_again_at_issuance_when_the_look_is_older_than_8_hours(int hours, string outcome)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (order, url) = await TryAsync(client, "none.example.test", ChallengeType.Http01, challenge =>
        {
            Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
            return Task.CompletedTask;
        });
        await AddAsync("none 60 CAA 0 issue \"letsencrypt.org\"");
        _clock.Advance(TimeSpan.FromHours(hours));

        await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "none.example.test"));

        var done = await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "processing");
        Assert.Equal(outcome, done.Status);
        Assert.Equal(outcome == "valid" ? null : AcmeError.Caa, done.Error?.Type);
    }

    [Fact]
    public async Task forbids_what_it_cannot_read()
    {
        var target = Target("www.example.test");
        var nobody = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, FreePort.Next());

        var failure = await Assert.ThrowsAsync<ValidationFailure>(() => new CaaCheck(["ca.example"]).CheckAsync(
            target, new Perspective(nobody, Authority.Options.KnownAddresses, new AddressPolicy(true, [])), CancellationToken.None));

        Assert.Equal(AcmeError.Dns, failure.Document.Type);
    }

    [Fact]
    public async Task tells_its_names_in_the_directory()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        Assert.Equal(["ca.example"], client.Directory.Meta!.CaaIdentities!);
        Assert.Equal(["ca.example"], client.Directory.Meta.IssuerDomainNames!);
    }

    [Theory]
    [InlineData("ca.example", true)]
    [InlineData("  CA.Example  ; ", true)]
    [InlineData("ca.example; x=1; y-z=2", true)]
    [InlineData("ca.example; accounturi=https://ca/account/7", true)]
    [InlineData("ca.example; accounturi=https://ca/account/7; accounturi=https://ca/account/7", false)]
    [InlineData("ca.example; accounturi=https://ca/account/77", false)]
    [InlineData("ca.example; ACCOUNTURI=https://ca/account/77", false)]
    [InlineData("ca.example; validationmethods=http-01", true)]
    [InlineData("ca.example; validationmethods=tls-alpn-01,http-01", true)]
    [InlineData("ca.example; validationmethods=dns-01", false)]
    [InlineData("ca.example; validationmethods=", false)]
    [InlineData("ca.example; validationmethods", false)]
    [InlineData("ca.example x=1", false)]
    [InlineData("ca.example; =1", false)]
    [InlineData("ca.example; a b=1", false)]
    [InlineData("", false)]
    [InlineData(";", false)]
    [InlineData("%%%%", false)]
    [InlineData("sub.ca.example", false)]
    public void reads_an_issue_value_by_its_grammar(string value, bool isAllowed) => Assert.Equal(
        isAllowed, Policy.Refusal([new CaaProperty(0, "Issue", value)], isWildcard: false) is null);

    [Fact]
    public void needs_one_property_that_allows_it_not_all()
    {
        var records = new[] { new CaaProperty(0, "issue", "other.example"), new CaaProperty(0, "issue", "ca.example") };

        Assert.Null(Policy.Refusal(records, isWildcard: false));
        Assert.Null(Policy.Refusal([.. records, new CaaProperty(128, "iodef", "mailto:a@b")], isWildcard: true));
        Assert.NotNull(Policy.Refusal([.. records, new CaaProperty(0, "issuewild", "other.example")], isWildcard: true));
        Assert.Null(Policy.Refusal([new CaaProperty(0, "issue", ";"), new CaaProperty(0, "issuewild", "ca.example")], isWildcard: true));
    }

    private static CaaPolicy Policy { get; } = new() { Identities = ["ca.example"], AccountUrl = "https://ca/account/7", Methods = [ChallengeType.Http01] };

    private static ValidationTarget Target(string name) => new()
    {
        Name = name,
        Type = ChallengeType.Http01,
        Token = "t",
        Thumbprint = "p",
        AccountUrl = "https://ca/account/7",
    };
}
