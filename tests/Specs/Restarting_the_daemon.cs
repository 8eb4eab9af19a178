using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What a daemon that is killed leaves behind, and what the next one makes of it.</summary>
public sealed class Restarting_the_daemon
{
    [Fact]
    public async Task keeps_an_app_serving_whose_plan_cannot_be_made_and_says_why()
    {
        await using var berth = await StartAsync();
        await ProcessServer.DeployAsync(berth, "hello");
        var before = await berth.OkAsync("ps:report", "hello", "--status-web.1");
        await berth.KillAsync();
        await File.WriteAllTextAsync($"{berth.Lib}/config/ps/hello/restart-policy", "sometimes");

        await berth.RestartAsync();

        Assert.Equal(before, await berth.OkAsync("ps:report", "hello", "--status-web.1"));
        Assert.Contains("web.1", (await ProcessServer.AskAsync(berth, "hello")).Output, StringComparison.Ordinal);
        await berth.LogsAsync("hello: process-restart-policy-invalid: Invalid restart-policy specified");
        Assert.Contains("could not be started anew: Invalid restart-policy specified", (await berth.RunAsync("doctor", "hello")).Output, StringComparison.Ordinal);

        await berth.OkAsync("ps:set", "hello", "restart-policy");
        await berth.OkAsync("ps:restart", "hello");
        Assert.NotEqual(before, await berth.OkAsync("ps:report", "hello", "--status-web.1"));
    }

    [Fact]
    public async Task brings_a_configuration_into_service_that_was_written_just_before_the_kill()
    {
        await using var berth = await StartAsync();
        await ProcessServer.DeployAsync(berth, "hello");
        await berth.KillAsync();
        // As if the daemon had died between writing and restarting.
        Directory.CreateDirectory($"{berth.Lib}/config/hello");
        await File.WriteAllTextAsync($"{berth.Lib}/config/hello/ENV", "WORD=\"later\"\n");

        await berth.RestartAsync();

        Assert.Contains("web.1", (await ProcessServer.AskAsync(berth, "hello")).Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await ProcessServer.AskAsync(berth, "hello")).Output.Contains("web.1 later", StringComparison.Ordinal));
        await berth.LogsAsync("run with another configuration than the present one and are replaced now");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0000\u0001 garbage\n")]
    [InlineData("20010101000000000\n")]
    [InlineData(null)]
    public async Task keeps_an_app_whose_pointer_to_its_release_was_damaged(string? pointer)
    {
        await using var berth = await StartAsync();
        await ProcessServer.DeployAsync(berth, "hello");
        var before = await berth.OkAsync("ps:report", "hello", "--status-web.1");
        await berth.KillAsync();
        var file = $"{berth.Lib}/data/releases/hello/current";
        var release = await File.ReadAllTextAsync(file);
        File.Delete(file);
        if (pointer is not null)
        {
            await File.WriteAllTextAsync(file, pointer);
        }

        // A first deploy that was killed while it unpacked.
        Directory.CreateDirectory($"{berth.Lib}/data/releases/hello/29990101000000000");
        await File.WriteAllTextAsync($"{berth.Lib}/data/releases/hello/29990101000000000.unfinished", "");

        await berth.RestartAsync();

        Assert.Equal(before, await berth.OkAsync("ps:report", "hello", "--status-web.1"));
        Assert.Contains("web.1", (await ProcessServer.AskAsync(berth, "hello")).Output, StringComparison.Ordinal);
        Assert.Equal(release, await File.ReadAllTextAsync(file));
        Assert.Equal([release.Trim(), "current"], Directory.GetFileSystemEntries(Path.GetDirectoryName(file)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await berth.LogsAsync("nothing said which of its releases is in service");
    }

    [Fact]
    public async Task removes_what_never_went_into_service()
    {
        await using var berth = await StartAsync();
        await ProcessServer.DeployAsync(berth, "hello");
        var releases = $"{berth.Lib}/data/releases/hello";
        var current = (await File.ReadAllTextAsync($"{releases}/current")).Trim();
        await berth.KillAsync();
        Directory.CreateDirectory($"{releases}/29990101000000000");
        Directory.CreateDirectory($"{berth.Lib}/data/instances/instances/gone");

        await berth.RestartAsync();

        Assert.Equal([current, "current"], Directory.GetFileSystemEntries(releases).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists($"{berth.Lib}/data/instances/instances/gone"));
        await berth.LogsAsync("release 29990101000000000 was never finished and is removed");
    }

    [Fact]
    public async Task leaves_no_locks_of_apps_that_are_gone()
    {
        await using var berth = await BerthServer.StartAsync(prepare: server =>
        {
            Directory.CreateDirectory($"{server.Lib}/run/locks");
            File.Create($"{server.Lib}/run/locks/gone.lock").Dispose();
            File.Create($"{server.Lib}/run/locks/gone.ps.lock").Dispose();
        });

        await Eventually.TrueAsync(() => Task.FromResult(!Directory.EnumerateFiles($"{berth.Lib}/run/locks", "gone.*").Any()));
    }

    [Fact]
    public async Task leaves_a_stopped_app_stopped()
    {
        await using var berth = await StartAsync();
        await ProcessServer.DeployAsync(berth, "hello");
        await berth.OkAsync("ps:stop", "hello");

        await berth.KillAsync();
        await berth.RestartAsync();

        Assert.Equal("false\n", await berth.OkAsync("ps:report", "hello", "--running"));
    }

    private static async Task<BerthServer> StartAsync()
    {
        var berth = await BerthServer.StartAsync();
        await berth.OkAsync("domains:set-global", "localhost");
        return berth;
    }
}
