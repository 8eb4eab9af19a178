using Berth.TestKit;

namespace Berth.Specs.Plugins;

/// <summary>What handlers may do while the daemon is at work on the very app they are told of.</summary>
public sealed class Taking_part_in_operations : IAsyncLifetime
{
    private BerthServer _berth = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");
        _berth = await BerthServer.StartAsync();
        await _berth.OkAsync("domains:set-global", "localhost");
        await _berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
    }

    public ValueTask DisposeAsync() => _berth is null ? ValueTask.CompletedTask : _berth.DisposeAsync();

    [Fact]
    public async Task sets_config_before_a_deploy_that_the_new_release_starts_with()
    {
        await SmallPlugin.InstallAsync(_berth, "before", ("pre-deploy", "dokku config:set \"$1\" WORD=\"of release $2\""));
        await ProcessServer.DeployAsync(_berth, "shop");
        var first = await WordAsync();
        using (var again = ProcessServer.Folder())
        {
            // Now the app runs already: config:set restarts it in the middle of its own deploy.
            await _berth.OkAsync("deploy", "shop", again.Path);
        }

        Assert.StartsWith("of release 20", first, StringComparison.Ordinal);
        Assert.NotEqual(first, await WordAsync());
        Assert.Equal((await WordAsync()) + "\n", await _berth.OkAsync("config:get", "shop", "WORD"));
    }

    [Fact]
    public async Task restarts_scales_and_tidies_the_app_after_its_deploy()
    {
        await SmallPlugin.InstallAsync(
            _berth,
            "after",
            ("post-deploy", "dokku config:set \"$1\" WORD=after; dokku ps:restart \"$1\"; dokku ps:scale \"$1\" web=2; dokku cleanup \"$1\"; dokku ps:stop \"$1\"; dokku ps:start \"$1\""));
        await ProcessServer.DeployAsync(_berth, "shop");
        Assert.Equal("after", await WordAsync());
        Assert.Equal("2\n", await _berth.OkAsync("ps:report", "shop", "--processes"));
    }

    [Fact]
    public async Task is_told_what_the_contract_tells_in_its_order()
    {
        string[] events =
        [
            "post-create", "pre-deploy", "nginx-pre-reload", "proxy-build-config", "post-deploy", "post-domains-update", "post-certs-update",
            "pre-start", "post-stop", "pre-delete", "post-delete", "post-app-clone-setup", "post-app-rename-setup",
        ];
        var log = $"{_berth.Home}/told";
        await SmallPlugin.InstallAsync(_berth, "listener", [.. events.Select(name => (name, $"echo \"{name} $1 $2\" >>\"$DOKKU_ROOT/told\""))]);
        await HelloApp.DeployWithCertificateAsync(_berth, "shop");
        await _berth.OkAsync("ps:stop", "shop");
        await _berth.OkAsync("ps:start", "shop");
        await _berth.OkAsync("apps:clone", "--skip-deploy", "shop", "twin");
        await _berth.OkAsync("apps:rename", "--skip-deploy", "twin", "other");
        await _berth.OkAsync("domains:add", "other", "other.example.com");
        await _berth.OkAsync("--force", "apps:destroy", "other");

        var told = (await File.ReadAllLinesAsync(log)).Select(line => line.Split(' ')).ToArray();
        Assert.Equal(
            [
                "post-create shop", "pre-deploy shop", "nginx-pre-reload shop", "proxy-build-config shop", "post-deploy shop", "post-certs-update shop",
                "nginx-pre-reload shop", "post-stop shop", "pre-start shop", "post-create twin", "post-app-clone-setup shop", "post-create other",
                "post-app-rename-setup twin", "post-delete twin", "post-domains-update other", "nginx-pre-reload other", "pre-delete other", "post-delete other",
            ],
            told.Select(words => $"{words[0]} {words[1]}"));
    }

    /// <summary>What the app answers: the variable it was started with.</summary>
    private async Task<string> WordAsync()
    {
        var answer = await ProcessServer.AskAsync(_berth, "shop");
        Assert.True(answer.Status == 0, answer.Error);
        return answer.Output.Trim().Split(' ', 2)[1];
    }
}
