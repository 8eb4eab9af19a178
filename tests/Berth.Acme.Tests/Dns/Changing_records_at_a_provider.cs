using Berth.Acme.Challenges;
using Berth.Acme.Dns;
using Berth.Acme.Protocol;
using Berth.Acme.Tests.Dns.Fakes;
using Berth.Kernel;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns;

/// <summary>The same contract for all providers, each against a server that keeps its published API.</summary>
public sealed class Changing_records_at_a_provider
{
    private const string Apex = "_acme-challenge." + FakeProvider.Zone;
    private const string Below = "_acme-challenge.a.b." + FakeProvider.Zone;

    private static readonly Dictionary<string, Func<FakeProvider>> Fakes = new()
    {
        ["cloudflare"] = () => new FakeCloudflare(),
        ["digitalocean"] = () => new FakeDigitalOcean(),
        ["hetzner (console)"] = () => new FakeHetznerConsole(),
        ["hetzner (cloud)"] = () => new FakeHetznerCloud(),
        ["gandiv5"] = () => new FakeGandi(),
        ["desec"] = () => new FakeDesec(),
        ["porkbun"] = () => new FakePorkbun(),
        ["ovh"] = () => new FakeOvh(),
        ["ovh (tokens)"] = () => new FakeOvhWithTokens(),
        ["gcloud"] = () => new FakeGoogleCloud(),
        ["azuredns"] = () => new FakeAzure(),
        ["route53"] = () => new FakeRoute53(),
        ["namecheap"] = () => new FakeNamecheap(),
    };

    public static TheoryData<string> Providers => [.. Fakes.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task adds_and_removes_each_value_by_itself_and_leaves_those_of_others(string name)
    {
        await using var fake = await StartAsync(name);
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());

        await provider.AddAsync(Change(Apex, "one"), Cancel);
        await provider.AddAsync(Change(Apex, "two"), Cancel);
        Assert.Equal(["of the owner", "one", "two"], fake.ValuesAt(Apex));

        await provider.RemoveAsync(Change(Apex, "one"), Cancel);
        Assert.Equal(["of the owner", "two"], fake.ValuesAt(Apex));

        await provider.RemoveAsync(Change(Apex, "two"), Cancel);
        Assert.Equal(["of the owner"], fake.ValuesAt(Apex));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task makes_and_takes_away_a_name_of_its_own(string name)
    {
        await using var fake = await StartAsync(name);
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());

        await provider.AddAsync(Change(Below, "one"), Cancel);
        Assert.Equal(["one"], fake.ValuesAt(Below));

        await provider.RemoveAsync(Change(Below, "one"), Cancel);
        Assert.Empty(fake.ValuesAt(Below));
        Assert.Equal(["of the owner"], fake.ValuesAt(Apex));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task may_be_asked_twice(string name)
    {
        await using var fake = await StartAsync(name);
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());

        await provider.AddAsync(Change(Below, "one"), Cancel);
        await provider.AddAsync(Change(Below, "one"), Cancel);
        Assert.Equal(["one"], fake.ValuesAt(Below));

        await provider.RemoveAsync(Change(Below, "one"), Cancel);
        await provider.RemoveAsync(Change(Below, "one"), Cancel);
        Assert.Empty(fake.ValuesAt(Below));
    }

    /// <summary>Five requests a second, and one change at a time in a zone, are all that Route 53 takes: the names of an order come at once.</summary>
    [Fact]
    public async Task asks_route53_again_where_it_is_too_busy()
    {
        await using var fake = new FakeRoute53();
        await fake.StartAsync();
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());
        foreach (var code in (string[])["Throttling", "Throttling", "PriorRequestNotComplete", "Throttling"])
        {
            fake.Refuse(code);
        }

        await Task.WhenAll(Enumerable.Range(1, 4).Select(i => provider.AddAsync(Change($"_acme-challenge.app{i}.{FakeProvider.Zone}", "one"), Cancel).AsTask()));

        Assert.All(Enumerable.Range(1, 4), i => Assert.Equal(["one"], fake.ValuesAt($"_acme-challenge.app{i}.{FakeProvider.Zone}")));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task names_wrong_credentials_and_never_shows_them(string name)
    {
        await using var fake = await StartAsync(name);
        using var http = fake.CreateClient();
        var settings = fake.Settings;
        const string Wrong = "wr0ng/secret+1";
        settings[fake.SecretSetting] = name == "gcloud" ? WrongKey(settings[fake.SecretSetting]) : Wrong;
        var provider = DnsProviders.Create(fake.Code, settings, http, new HurriedTime());

        var problem = await FailAsync(provider, Change(Apex, "one"));

        Assert.True(problem.Code == DnsProblems.CredentialsRefused || problem.Code == DnsProblems.ProviderRefused, problem.Code.Id);
        var all = string.Join('\n', [problem.Found, problem.Remedy, .. problem.Details]);
        Assert.DoesNotContain(Wrong, all, StringComparison.Ordinal);
        Assert.DoesNotContain(Uri.EscapeDataString(Wrong), all, StringComparison.Ordinal);
        Assert.Equal(["of the owner"], fake.ValuesAt(Apex));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task says_when_the_zone_is_not_there(string name)
    {
        await using var fake = await StartAsync(name);
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());
        var change = Change("_acme-challenge.other.org", "one") with { Zone = "other.org" };

        var problem = await FailAsync(provider, change);

        Assert.True(
            problem.Code == DnsProblems.ZoneNotManaged || (problem.Code == DnsProblems.ProviderRefused && name is "porkbun" or "namecheap"),
            $"{problem.Code.Id}: {problem.Found}");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task survives_answers_that_are_none(string name)
    {
        RequestDelegate[] nonsense =
        [
            context => Write(context, 200, "{]"), context => Write(context, 200, "null"), context => Write(context, 200, "[1,2]"),
            context => Write(context, 500, "<html>"), context => Write(context, 200, ""),
            context => { context.Abort(); return Task.CompletedTask; },
        ];
        foreach (var script in nonsense)
        {
            await using var fake = await StartAsync(name);
            fake.Scripts.Enqueue(script);
            using var http = fake.CreateClient();
            var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());
            try
            {
                await provider.AddAsync(Change(Apex, "one"), Cancel);
                Assert.Contains("one", fake.ValuesAt(Apex));
            }
            catch (ProblemException e)
            {
                Assert.StartsWith("dns-", e.Problem.Code.Id, StringComparison.Ordinal);
            }

            Assert.Contains("of the owner", fake.ValuesAt(Apex));
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task waits_where_it_is_asked_to(string name)
    {
        await using var fake = await StartAsync(name);
        fake.Scripts.Enqueue(context =>
        {
            context.Response.Headers.RetryAfter = "1";
            return Write(context, 429, "slow down");
        });
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create(fake.Code, fake.Settings, http, new HurriedTime());

        await provider.AddAsync(Change(Apex, "one"), Cancel);

        Assert.Contains("one", fake.ValuesAt(Apex));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task asks_for_the_settings_it_lacks(string name)
    {
        await using var fake = await StartAsync(name);
        using var http = fake.CreateClient();

        var problem = Assert.Throws<ProblemException>(() => DnsProviders.Create(fake.Code, new Dictionary<string, string>(), http, TimeProvider.System)).Problem;

        Assert.Equal(DnsProblems.SettingMissing, problem.Code);
        Assert.Contains(DnsProviders.All.Single(kind => kind.Code == fake.Code).Settings, setting => problem.Found.Contains(setting, StringComparison.Ordinal));
    }

    [Fact]
    public async Task keeps_everything_else_in_a_domain_that_is_written_whole()
    {
        await using var fake = new FakeNamecheap();
        await fake.StartAsync();
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create("namecheap", fake.Settings, http, TimeProvider.System);
        var before = fake.Others.ToList();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => provider.AddAsync(Change($"_acme-challenge.h{i}.{FakeProvider.Zone}", $"v{i}"), Cancel).AsTask()));

        Assert.Equal(before, fake.Others);
        Assert.Equal("MX", fake.EmailType);
        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal([$"v{i}"], fake.ValuesAt($"_acme-challenge.h{i}.{FakeProvider.Zone}")));
    }

    [Fact]
    public async Task tries_again_when_someone_else_was_faster()
    {
        await using var fake = new FakeGoogleCloud();
        await fake.StartAsync();
        using var http = fake.CreateClient();
        var provider = DnsProviders.Create("gcloud", fake.Settings, http, TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => provider.AddAsync(Change(Apex, $"v{i}"), Cancel).AsTask()));

        Assert.Equal(["of the owner", "v0", "v1", "v2"], fake.ValuesAt(Apex).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void of_an_unknown_name_lists_those_there_are()
    {
        using var http = new HttpClient();

        var problem = Assert.Throws<ProblemException>(() => DnsProviders.Create("nobody", new Dictionary<string, string>(), http, TimeProvider.System)).Problem;

        Assert.Equal(DnsProblems.ProviderUnknown, problem.Code);
        Assert.All(DnsProviders.All, kind => Assert.Contains(kind.Code, problem.Remedy, StringComparison.Ordinal));
    }

    internal static DnsChange Change(string name, string value) => new()
    {
        Name = name,
        Zone = FakeProvider.Zone,
        Value = value,
        Task = new ChallengeTask
        {
            Type = ChallengeType.Dns01,
            Identifier = Identifier.Dns(name["_acme-challenge.".Length..]),
            IsWildcard = false,
            Token = "the-token",
            KeyAuthorization = "the-token.thumbprint",
        },
    };

    private static async Task<FakeProvider> StartAsync(string name)
    {
        var fake = Fakes[name]();
        await fake.StartAsync();
        return fake;
    }

    private static async Task<Problem> FailAsync(IDnsProvider provider, DnsChange change) =>
        (await Assert.ThrowsAsync<ProblemException>(async () => await provider.AddAsync(change, Cancel))).Problem;

    private static Task Write(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    private static string WrongKey(string account)
    {
        var changed = System.Text.Json.Nodes.JsonNode.Parse(account)!;
        using var key = System.Security.Cryptography.RSA.Create(2048);
        changed["private_key"] = key.ExportPkcs8PrivateKeyPem();
        return changed.ToJsonString();
    }
}
