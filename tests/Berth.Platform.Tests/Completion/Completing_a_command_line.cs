using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Completion;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.Completion;

public sealed class Completing_a_command_line : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly Completions _completions;

    public Completing_a_command_line()
    {
        foreach (var app in new[] { "shop", "shed", "blog" })
        {
            Directory.CreateDirectory(_scratch[$"home/{app}"]);
        }

        AtomicFile.Write(_scratch["home/shop/VHOST"], "shop.example.com\nwww.example.com\n");
        Directory.CreateDirectory(_scratch["lib/config/shop"]);
        AtomicFile.Write(_scratch["lib/config/shop/ENV"], "GREETING=\"x\"\nPORT=\"1\"\n");
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        var config = new ConfigStore(store, TimeProvider.System);
        _completions = new Completions(
            [
                Command("apps:create", "<app>"),
                Command("apps:destroy", "[--force] <app>"),
                Command("apps:list", "[--format json|stdout]"),
                Command("certs:show", "<app> crt|key"),
                Command("config:get", "[--quoted] <app>|--global <key>"),
                Command("config:unset", "[--no-restart] (<app>|--global) KEY1 [KEY2 ...]"),
                Command("config:export", "[--format FORMAT] (<app>|--global)"),
                Command("domains:remove", "<app> <domain> [<domain> ...]"),
                Command("nginx:set", "<app>|--global <property> [<value>]") with { Keys = ["hsts", "hsts-max-age"] },
                Command("ssh-keys:add", "<name> [/path/to/key]"),
            ],
            new CompletionSources(new AppCatalog(store, TimeProvider.System), new DomainStore(store, config, TimeProvider.System), config));
    }

    [Theory]
    [InlineData("dokku app", "apps:create|apps:destroy|apps:list")]
    [InlineData("dokku apps:d", "apps:destroy")]
    [InlineData("dokku --quiet --app shop apps:l", "apps:list")]
    [InlineData("dokku -", "--app|--force|--quiet|--trace")]
    [InlineData("dokku --app sh", "shed|shop")]
    [InlineData("dokku apps:destroy s", "shed|shop")]
    [InlineData("dokku apps:destroy --force ", "blog|shed|shop")]
    [InlineData("dokku apps:destroy -", "--force")]
    [InlineData("dokku apps:destroy shop ", "")]
    [InlineData("dokku apps:list --format ", "json|stdout")]
    [InlineData("dokku apps:list --format j", "json")]
    [InlineData("dokku certs:show shop ", "crt|key")]
    [InlineData("dokku config:get shop ", "GREETING|PORT")]
    [InlineData("dokku config:get --quoted shop G", "GREETING")]
    [InlineData("dokku config:get -", "--global|--quoted")]
    [InlineData("dokku config:unset shop PORT G", "GREETING")]
    [InlineData("dokku config:export --format ", "")]
    [InlineData("dokku config:export --global ", "")]
    [InlineData("dokku domains:remove shop ", "shop.example.com|www.example.com")]
    [InlineData("dokku domains:remove shop www.example.com s", "shop.example.com")]
    [InlineData("dokku --app shop domains:remove w", "www.example.com")]
    [InlineData("dokku nginx:set shop ", "hsts|hsts-max-age")]
    [InlineData("dokku nginx:set --global hsts-", "hsts-max-age")]
    [InlineData("dokku ssh-keys:add ", "")]
    [InlineData("dokku ssh-keys:add alice ", "")]
    [InlineData("dokku help a", "apps")]
    [InlineData("dokku nonsense ", "")]
    [InlineData("", "apps:create|apps:destroy|apps:list|certs:show|config:export|config:get|config:unset|domains:remove|help|nginx:set|ssh-keys:add")]
    public void offers_what_could_stand_there(string line, string expected) =>
        Assert.Equal(expected, string.Join('|', _completions.Of(line).Select(candidate => candidate.Word)));

    [Fact]
    public void never_fails_and_offers_only_what_begins_as_typed() =>
        Gen.OneOf(
                Gen.OneOf("dokku", " ", "--app", "apps:destroy", "config:get", "--format", "--global", "shop", "../x", "-", "\t", "\n"),
                Gen.String)
            .Array[0, 10].Select(string.Concat)
            .Sample(line =>
            {
                var typed = line.Length == 0 || char.IsWhiteSpace(line[^1]) ? "" : line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Skip(1).LastOrDefault("");
                Assert.All(_completions.Of(line), candidate => Assert.StartsWith(typed, candidate.Word, StringComparison.Ordinal));
            });

    [Fact]
    public void reads_any_synopsis() =>
        Gen.OneOf(Gen.OneOf("[", "]", "<app>", " ", "|", "--flag", "...", "-"), Gen.String).Array[0, 15].Select(string.Concat)
            .Sample(text => Assert.All(Synopsis.Parse(text).Places, place => Assert.NotEmpty(place)));

    public void Dispose() => _scratch.Dispose();

    private static Command Command(string name, string synopsis) => new(name, synopsis, "", _ => Task.FromResult(0));
}
