using Berth.TestKit;

namespace Berth.Specs;

public sealed class Setting_docker_options
{
    [Fact]
    public async Task keeps_one_line_for_each_flag_and_phase_and_runs_nothing()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");

        Assert.Equal("", await berth.OkAsync("docker-options:add", "app", "deploy,run", "--ulimit nofile=12", "--shm-size 256m"));
        await berth.OkAsync("docker-options:add", "app", "deploy", $"-v \"$(touch {berth.Home}/owned):/x\"");
        await berth.OkAsync("docker-options:add", "--process", "web", "app", "deploy", "-p 6789:5000");

        Assert.Equal(
            $"--shm-size 256m\n--ulimit nofile=12\n-v '$(touch {berth.Home}/owned):/x'\n",
            await File.ReadAllTextAsync($"{berth.Lib}/config/docker-options/app/_default_.deploy"));
        Assert.False(File.Exists($"{berth.Home}/owned"));
        Assert.Equal("--shm-size 256m --ulimit nofile=12\n", await berth.OkAsync("docker-options:report", "app", "--docker-options-run"));
        Assert.Equal("-p 6789:5000\n", await berth.OkAsync("docker-options:report", "app", "--docker-options-deploy.web"));

        await berth.OkAsync("docker-options:remove", "app", "deploy,run", "--ulimit nofile=12");
        Assert.Equal("--shm-size 256m\n", await berth.OkAsync("docker-options:list", "app", "--phase", "run"));
        Assert.Equal("-----> Clearing docker-options for app on phase run\n", await berth.OkAsync("docker-options:clear", "app", "run"));
        Assert.Equal("-----> Clearing docker-options for app on all phases\n", await berth.OkAsync("docker-options:clear", "app"));
        Assert.False(File.Exists($"{berth.Lib}/config/docker-options/app/_default_.deploy"));
        Assert.True(File.Exists($"{berth.Lib}/config/docker-options/app/web.deploy"));
    }

    [Fact]
    public async Task counts_what_an_older_server_left_and_drains_it_with_the_first_change()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        var older = $"{berth.Home}/app/DOCKER_OPTIONS_DEPLOY";
        await File.WriteAllTextAsync(older, "# mine\n--link x\n\n");

        Assert.Equal("--link x\n", await berth.OkAsync("docker-options:report", "app", "--docker-options-deploy"));
        Assert.True(File.Exists(older));

        await berth.OkAsync("docker-options:add", "app", "deploy", "--init");
        Assert.False(File.Exists(older));
        Assert.Equal("--init --link x\n", await berth.OkAsync("docker-options:report", "app", "--docker-options-deploy"));
    }

    [Fact]
    public async Task says_what_scripts_look_for_when_words_are_wrong()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        await berth.FailsAsync("Phase(s) must be one of [build deploy run]", "docker-options:add", "app", "bogus", "--x");
        await berth.FailsAsync("Please specify docker options to add to the phase", "docker-options:add", "app", "deploy");
        await berth.FailsAsync("Please specify docker options to remove from the phase", "docker-options:remove", "app", "deploy");
        await berth.FailsAsync("--process is only supported for the deploy phase, got \"run\"", "docker-options:add", "--process", "web", "app", "run", "--x");
        await berth.FailsAsync("\"_default_\" is reserved and cannot be used as a --process value", "docker-options:add", "--process", "_default_", "app", "deploy", "--x");
        await berth.FailsAsync("--phase is required", "docker-options:list", "app");
        Assert.Equal(1, (await berth.RunAsync("docker-options:add", "--process", "../../x", "app", "deploy", "--x")).Status);
        Assert.Equal(20, (await berth.RunAsync("docker-options:add", "nobody", "deploy", "--x")).Status);
    }
}
