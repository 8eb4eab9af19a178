using System.Text.Json.Nodes;
using Berth.Acme.Dns;
using Berth.Acme.Tests.Dns.Fakes;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Dns;

public sealed class Using_acme_dns : IAsyncLifetime
{
    private const string Value = "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo";
    private readonly FakeAcmeDns _fake = new();
    private readonly ScratchFolder _scratch = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DnsChange Change => Changing_records_at_a_provider.Change("_acme-challenge.example.test", Value);

    public async ValueTask InitializeAsync() => await _fake.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task registers_once_asks_for_the_alias_and_then_updates()
    {
        var first = (await Assert.ThrowsAsync<ProblemException>(async () => await Provider().AddAsync(Change, Cancel))).Problem;
        Assert.Equal(DnsProblems.AliasMissing, first.Code);
        Assert.Contains("_acme-challenge.example.test. CNAME d420c923.auth.acme-dns.test.", first.Remedy, StringComparison.Ordinal);

        await Provider().AddAsync(Change, Cancel);
        await Provider().RemoveAsync(Change, Cancel);

        Assert.Equal([Value], _fake.ValuesAt("d420c923.auth.acme-dns.test"));
        Assert.Equal(1, _fake.Registrations);
    }

    [Fact]
    public async Task keeps_accounts_private_and_as_lego_does()
    {
        await Assert.ThrowsAsync<ProblemException>(async () => await Provider().AddAsync(Change, Cancel));

        var file = _scratch["accounts.json"];
        var account = JsonNode.Parse(await File.ReadAllTextAsync(file, Cancel))!["example.test"]!;
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(file));
        Assert.Equal(
            ["d420c923.auth.acme-dns.test", "d420c923", "user-1", "password-of-user-1"],
            ((string[])["fulldomain", "subdomain", "username", "password"]).Select(name => (string?)account[name]));
    }

    [Fact]
    public async Task uses_the_account_lego_registered()
    {
        AtomicFile.Write(_scratch["accounts.json"], """
            {"example.test":{"fulldomain":"d420c923.auth.acme-dns.test","subdomain":"d420c923","username":"user-1","password":"password-of-user-1","server_url":"http://acme-dns.test"}}
            """);

        await Provider().AddAsync(Change, Cancel);

        Assert.Equal(0, _fake.Registrations);
    }

    [Fact]
    public async Task names_a_wrong_password_and_never_shows_it()
    {
        AtomicFile.Write(_scratch["accounts.json"], """
            {"example.test":{"fulldomain":"a","subdomain":"d420c923","username":"user-1","password":"wrong-password"}}
            """);

        var problem = (await Assert.ThrowsAsync<ProblemException>(async () => await Provider().AddAsync(Change, Cancel))).Problem;

        Assert.Equal(DnsProblems.CredentialsRefused, problem.Code);
        Assert.DoesNotContain("wrong-password", problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("not json")]
    public async Task refuses_a_file_that_holds_something_else(string text)
    {
        AtomicFile.Write(_scratch["accounts.json"], text);

        var problem = (await Assert.ThrowsAsync<ProblemException>(async () => await Provider().AddAsync(Change, Cancel))).Problem;

        Assert.Equal(DnsProblems.SettingInvalid, problem.Code);
        Assert.Equal(text, await File.ReadAllTextAsync(_scratch["accounts.json"], Cancel));
    }

    private IDnsProvider Provider() => DnsProviders.Create(
        "acme-dns",
        new Dictionary<string, string>(_fake.Settings) { ["ACME_DNS_STORAGE_PATH"] = _scratch["accounts.json"] },
        _fake.CreateClient(),
        TimeProvider.System);
}
