using System.Text.Json;
using Berth.Acme;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Commands;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Properties;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>What <c>letsencrypt:limits</c> and <c>letsencrypt:account*</c> take, and what they refuse rather than pass over.</summary>
public sealed class Reading_words_of_commands : IDisposable
{
    private static readonly Uri Server = new("https://acme.example.com/directory");
    private readonly Room _room = new();
    private readonly Recorder _said = new();
    private readonly LetsEncryptSettingsStore _settings;
    private readonly Ledgers _ledgers;
    private readonly AcmeClients _clients;

    public Reading_words_of_commands()
    {
        _settings = new LetsEncryptSettingsStore(_room.Properties, _room.Config);
        _ledgers = new Ledgers(_room.Store, _settings, TimeProvider.System);
        _clients = new AcmeClients(_room.Store, null, null, null, TimeProvider.System);
    }

    public void Dispose()
    {
        _clients.Dispose();
        _room.Dispose();
    }

    [Theory]
    [InlineData("yaml")]
    [InlineData("JSON")]
    [InlineData("")]
    public async Task refuses_a_format_that_there_is_not(string format)
    {
        var problem = (await Assert.ThrowsAsync<ProblemException>(() => RunAsync("letsencrypt:limits", "--format", format))).Problem;
        Assert.Equal(CommandLineProblems.InvalidFormat(format), problem);
        Assert.Equal("", _said.Text);
    }

    [Fact]
    public async Task tells_times_of_limits_as_other_reports_do()
    {
        _room.Properties.Set(LetsEncryptSettingsStore.Feature, PropertyStore.Global, LetsEncryptSettingsStore.Limits, $"{Server.Host}/new-orders=5/3h");
        var (ledger, order) = (await _ledgers.OfAsync(Server), new PlannedOrder { Account = "you@example.com", Names = ["a.example.com"] });
        await ledger.OrderedAsync(order, TestContext.Current.CancellationToken);
        await ledger.GatedAsync(new AuthorityGate { Scope = GateScope.Account, Words = "busy" }, order, TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync("letsencrypt:limits", "--format", "json"));

        using var json = JsonDocument.Parse(_said.Text);
        var server = json.RootElement.GetProperty("servers")[0];
        var (limit, gate) = (server.GetProperty("limits")[0], server.GetProperty("gates")[0]);
        Assert.All([limit.GetProperty("next_at"), limit.GetProperty("full_at"), gate.GetProperty("until")], time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", time.GetString()));
    }

    [Theory]
    [InlineData("letsencrypt:account --global hello", "hello")]
    [InlineData("letsencrypt:account hello more", "more")]
    [InlineData("letsencrypt:account-contact --global hello else@example.com", "else@example.com")]
    [InlineData("letsencrypt:account-contact hello else@example.com more", "more")]
    [InlineData("letsencrypt:account-deactivate --global hello", "hello")]
    [InlineData("letsencrypt:account-deactivate hello more", "more")]
    [InlineData("letsencrypt:account-rotate-key --global hello", "hello")]
    [InlineData("letsencrypt:account-rotate-key hello more", "more")]
    public async Task refuses_an_app_beside_all_apps_and_words_too_many(string typed, string refused)
    {
        var words = typed.Split(' ');
        var problem = (await Assert.ThrowsAsync<ProblemException>(() => RunAsync(words[0], words[1..]))).Problem;
        Assert.Equal(CommandLineProblems.TooManyWords(refused, words[0]), problem);
    }

    [Theory]
    [InlineData("letsencrypt:account --global")]
    [InlineData("letsencrypt:account hello")]
    [InlineData("letsencrypt:account-contact --global else@example.com")]
    [InlineData("letsencrypt:account-contact hello else@example.com --server staging")]
    [InlineData("letsencrypt:account-deactivate hello")]
    [InlineData("letsencrypt:account-rotate-key --global")]
    public async Task looks_for_an_account_where_each_word_has_its_meaning(string typed)
    {
        var words = typed.Split(' ');
        var problem = (await Assert.ThrowsAsync<ProblemException>(() => RunAsync(words[0], words[1..]))).Problem;
        Assert.Equal(LetsEncryptProblems.AccountMissing, problem.Code);
    }

    private Task<int> RunAsync(string name, params string[] words)
    {
        Command[] all =
        [
            .. new LimitCommands(_ledgers, null!, null!, _clients, _room.Apps, TimeProvider.System).All,
            .. new AccountCommands(_clients, _settings, null!, null!, _room.Properties, _room.Apps).All,
        ];
        return all.Single(command => command.Name == name).Run(new CommandCall
        {
            Name = name,
            Words = words,
            Caller = new Caller(1000, "berth", false, false),
            Output = _said.Output,
            OpenInput = () => Stream.Null,
            Cancel = TestContext.Current.CancellationToken,
        });
    }
}
