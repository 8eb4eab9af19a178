using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Renaming, cloning and locking, without a daemon where the daemon has no part in it.</summary>
public sealed class Moving_apps(SharedServer server)
{
    [Fact]
    public async Task renames_an_app_with_all_it_has()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("domains:set-global", "dokku.me");
        await berth.OkAsync("apps:create", "old");
        await berth.OkAsync("config:set", "--no-restart", "old", "SECRET=a b");
        await berth.OkAsync("domains:add", "old", "custom.org");
        await berth.OkAsync("letsencrypt:set", "old", "email", "you@example.com");

        Assert.Equal("-----> Renaming old to new\n", await berth.OkAsync("apps:rename", "old", "new"));

        Assert.Equal("=====> My Apps\nnew\n", await berth.OkAsync("apps:list"));
        Assert.Equal("a b\n", await berth.OkAsync("config:get", "new", "SECRET"));
        Assert.Equal("new.dokku.me custom.org\n", await berth.OkAsync("domains:report", "new", "--domains-app-vhosts"));
        Assert.Equal("you@example.com\n", await berth.OkAsync("letsencrypt:report", "new", "--letsencrypt-email"));
        Assert.DoesNotContain(Directory.EnumerateFiles(berth.Lib, "*", SearchOption.AllDirectories), file => file.Split('/').Contains("old"));
    }

    [Theory]
    [InlineData("apps:rename", "", "Please specify an app to run the command on", 1)]
    [InlineData("apps:rename", "mv1", "Please specify an new app name", 1)]
    [InlineData("apps:rename", "nobody mv9", "App nobody does not exist", 20)]
    [InlineData("apps:rename", "mv1 mv2", "Name is already taken", 1)]
    [InlineData("apps:rename", "mv1 mv1", "Name is already taken", 1)]
    [InlineData("apps:rename", "mv1 Bad", "App name must begin with lowercase", 1)]
    [InlineData("apps:clone", "", "Please specify an app to run the command on", 1)]
    [InlineData("apps:clone", "mv1", "Please specify an new app name", 1)]
    [InlineData("apps:clone", "mv1 mv2", "Name is already taken", 1)]
    [InlineData("apps:clone", "mv1 ../x", "App name must begin with lowercase", 1)]
    public async Task says_what_is_wrong_with_the_names(string command, string names, string expected, int status)
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "mv1");
        await berth.OkAsync("apps:create", "mv2");
        var result = await berth.RunAsync([command, .. names.Split(' ', StringSplitOptions.RemoveEmptyEntries)], null);
        Assert.Equal((status, ""), (result.Status, result.Output));
        Assert.StartsWith($" !     {expected}", result.Error, StringComparison.Ordinal);
        Assert.Equal("mv1\nmv2\n", await berth.OkAsync("--quiet", "apps:list"));
    }

    [Fact]
    public async Task clones_an_app_with_names_of_its_own()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("domains:set-global", "dokku.me");
        await berth.OkAsync("apps:create", "one");
        await berth.OkAsync("config:set", "--no-restart", "one", "A=1");
        await berth.OkAsync("domains:add", "one", "custom.org");

        Assert.Equal(
            "-----> Cloning one to two\n-----> Creating two...\n-----> Creating new app virtual host file...\n",
            await berth.OkAsync("apps:clone", "--skip-deploy", "one", "two"));
        Assert.Equal("two.dokku.me\n", await berth.OkAsync("domains:report", "two", "--domains-app-vhosts"));
        Assert.Equal("1\n", await berth.OkAsync("config:get", "two", "A"));
        Assert.Equal("1\n", await berth.OkAsync("config:get", "one", "A"));

        var again = await berth.RunAsync("apps:clone", "--ignore-existing", "one", "two");
        Assert.Equal((0, " !     Name is already taken\n"), (again.Status, again.Error));
    }

    [Fact]
    public async Task goes_on_serving_an_app_under_its_new_name()
    {
        var berth = server.Berth;
        await HelloApp.DeployWithCertificateAsync(berth, "mv3");

        var output = await berth.OkAsync("apps:rename", "mv3", "mv4");

        Assert.Contains("=====> Application deployed:", output, StringComparison.Ordinal);
        await HelloApp.AnswersAsync(berth, "mv4", "You asked for mv4.localhost");
        Assert.Equal(20, (await berth.RunAsync("ps:report", "mv3")).Status);
        Assert.False(Directory.Exists($"{berth.Home}/mv3"));
    }

    [Fact]
    public async Task runs_again_after_a_renaming_that_the_daemon_was_killed_in()
    {
        await using var berth = await BerthServer.StartAsync();
        await HelloApp.DeployAsync(berth, "old");
        var renaming = berth.RunAsync("apps:rename", "old", "new");
        while (!renaming.IsCompleted && !File.Exists($"{berth.Lib}/data/apps/--global/renaming/old"))
        {
            await Task.Yield();
        }

        await berth.KillAsync();
        await renaming;
        await berth.RestartAsync();

        Assert.Equal("=====> My Apps\nnew\n", await berth.OkAsync("apps:list"));
        await Eventually.TrueAsync(async () => await berth.OkAsync("ps:report", "new", "--running") == "true\n");
    }

    [Fact]
    public async Task runs_on_when_the_disk_has_no_room_for_a_renaming()
    {
        var berth = server.Berth;
        await HelloApp.DeployAsync(berth, "mv8");
        var journals = $"{berth.Lib}/data/apps/--global/renaming";
        Directory.CreateDirectory(Path.GetDirectoryName(journals)!);
        if (Directory.Exists(journals))
        {
            Directory.Delete(journals);
        }

        // Nothing can be written below a file: the system's refusal stands for a full disk's.
        await File.WriteAllTextAsync(journals, "");
        var result = await berth.RunAsync("apps:rename", "mv8", "mv9");
        File.Delete(journals);

        Assert.NotEqual(0, result.Status);
        Assert.Equal("true\n", await berth.OkAsync("ps:report", "mv8", "--running"));
        Assert.Contains("Renaming mv8", await berth.OkAsync("apps:rename", "mv8", "mv9"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task deploys_a_clone_beside_its_original()
    {
        var berth = server.Berth;
        await HelloApp.DeployAsync(berth, "mv5");
        Assert.Contains("=====> Application deployed:", await berth.OkAsync("apps:clone", "mv5", "mv6"), StringComparison.Ordinal);
        Assert.Equal("true\n", await berth.OkAsync("ps:report", "mv5", "--running"));
        Assert.Equal("true\n", await berth.OkAsync("ps:report", "mv6", "--running"));
    }

    [Fact]
    public async Task refuses_to_deploy_to_a_locked_app()
    {
        var berth = server.Berth;
        await berth.OkAsync("apps:create", "mv7");
        Assert.Equal((1, "", " !     Deploy lock does not exist\n"), await TripleAsync(berth, "apps:locked", "mv7"));
        Assert.Equal((1, "", " !     Unable to remove deploy lock\n"), await TripleAsync(berth, "apps:unlock", "mv7"));

        Assert.Equal((0, "-----> Deploy lock created\n", ""), await TripleAsync(berth, "apps:lock", "mv7"));
        Assert.Equal((0, "Deploy lock exists\n", ""), await TripleAsync(berth, "apps:locked", "mv7"));
        Assert.Equal((0, "", ""), await TripleAsync(berth, "--quiet", "apps:locked", "mv7"));
        Assert.Equal("true\n", await berth.OkAsync("apps:report", "mv7", "--app-locked"));
        Assert.Equal(
            (1, "", " !     mv7 currently has a deploy lock in place. Exiting...\n"),
            await TripleAsync(berth, "deploy", "mv7", Checkout.File("examples", "hello")));

        Assert.Equal(
            (0, "-----> Deploy lock removed\n", " !     A deploy may be in progress.\n !     Removing the app lock will not stop in progress deploys.\n"),
            await TripleAsync(berth, "apps:unlock", "mv7"));
        await berth.OkAsync("deploy", "mv7", Checkout.File("examples", "hello"));
    }

    private static async Task<(int Status, string Output, string Error)> TripleAsync(BerthServer berth, params string[] words)
    {
        var result = await berth.RunAsync(words);
        return (result.Status, result.Output, result.Error);
    }
}
