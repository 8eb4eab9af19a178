using System.Text.Json;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>ps, checks, logs and builds with a daemon that runs apps.</summary>
public sealed class Running_processes(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task says_that_nobody_answers_when_a_release_has_no_web_process()
    {
        await ProcessServer.DeployAsync(Berth, "run-noweb");
        using var folder = ProcessServer.Folder(("Procfile", "worker: sleep 1000\n"));

        var result = await Berth.RunAsync("deploy", "run-noweb", folder.Path);

        Assert.Equal(0, result.Status);
        Assert.Contains("=====> Application deployed\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", result.Output, StringComparison.Ordinal);
        Assert.Contains(" !     No web process of run-noweb runs, so visitors get 502.", result.Error, StringComparison.Ordinal);
        Assert.Contains("502", (await ExternalProgram.RunAsync("curl", ["-sSI", "-H", "Host: run-noweb.localhost", $"http://127.0.0.1:{Berth.HttpPort}/"])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extra")]
    [InlineData("--", "extra", "more")]
    public async Task deploy_one_folder_and_no_more(params string[] words)
    {
        await ProcessServer.DeployAsync(Berth, $"run-words{words.Length}");
        using var folder = ProcessServer.Folder();

        var result = await Berth.RunAsync(["deploy", $"run-words{words.Length}", folder.Path, .. words], "not an archive");

        Assert.Equal(1, result.Status);
        Assert.StartsWith($" !     Unexpected argument(s): [{words[^1]}]\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task honours_a_scale_that_was_asked_for_before_the_first_deploy()
    {
        using var folder = ProcessServer.Folder(("Procfile", "web: perl server.pl\nworker: sleep 1000\n"));
        await Berth.OkAsync("apps:create", "run1");
        await Berth.OkAsync("ps:scale", "--skip-deploy", "run1", "web=2", "worker=1");

        await Berth.OkAsync("deploy", "run1", folder.Path);

        Assert.Equal("3\n", await Berth.OkAsync("ps:report", "run1", "--processes"));
        Assert.Equal("true\n", await Berth.OkAsync("ps:report", "run1", "--running"));
        Assert.StartsWith("running (PID: ", await Berth.OkAsync("ps:report", "run1", "--status-worker.1"), StringComparison.Ordinal);
        Assert.Contains("Status web 2:", await Berth.OkAsync("ps:report", "run1"), StringComparison.Ordinal);
        using var inspected = JsonDocument.Parse(await Berth.OkAsync("ps:inspect", "run1"));
        Assert.Equal(["web.1", "web.2", "worker.1"], inspected.RootElement.EnumerateArray().Select(one => one.GetProperty("Name").GetString()));

        var refused = await Berth.RunAsync("ps:scale", "run1", "clock=1");
        Assert.Equal((1, "", " !     clock is not a valid process name to scale up\n"), (refused.Status, refused.Output, refused.Error));
    }

    [Fact]
    public async Task deploys_though_a_type_that_is_scaled_up_is_gone_and_says_so()
    {
        using var both = ProcessServer.Folder(("Procfile", "web: perl server.pl\nworker: sleep 1000\n"));
        using var one = ProcessServer.Folder();
        await Berth.OkAsync("apps:create", "run2");
        await Berth.OkAsync("deploy", "run2", both.Path);
        await Berth.OkAsync("ps:scale", "run2", "worker=2");

        var result = await Berth.RunAsync("deploy", "run2", one.Path);

        Assert.Equal(0, result.Status);
        Assert.Contains(" !     run2 is scaled to worker=2, but names no such process any more: left out\n", result.Error, StringComparison.Ordinal);
        Assert.Equal("true\n", await Berth.OkAsync("ps:report", "run2", "--running"));
    }

    [Fact]
    public async Task shows_a_crash_in_the_logs_and_the_report()
    {
        await ProcessServer.DeployAsync(Berth, "run3");

        await ProcessServer.AskAsync(Berth, "run3", "/die");

        await Eventually.TrueAsync(async () =>
            (await Berth.OkAsync("ps:report", "run3", "--status-web.1")).Contains("restarts: 1, last exit: exited with status 7)", StringComparison.Ordinal));
        await Eventually.TrueAsync(async () =>
            (await Berth.OkAsync("logs", "run3")).Contains("app[web.1]: berth: web.1 exited with status 7; it starts again\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task keeps_the_logs_of_before_a_restart()
    {
        await ProcessServer.DeployAsync(Berth, "run4");
        await Berth.OkAsync("ps:restart", "run4");

        // The instance before drains first, and only then is put aside.
        await Eventually.TrueAsync(async () =>
            (await Berth.OkAsync("logs", "run4", "-q")).Split("listening as web.1").Length == 3);
        Assert.Equal("listening as web.1\n", await Berth.OkAsync("logs", "run4", "-n", "1", "-q", "-p", "web"));
    }

    [Fact]
    public async Task records_each_deploy_with_what_it_printed()
    {
        await ProcessServer.DeployAsync(Berth, "run5");
        await Berth.OkAsync("ps:restart", "run5");
        using var bad = ProcessServer.Folder(("broken", ""));
        Assert.Equal(1, (await Berth.RunAsync("deploy", "run5", bad.Path)).Status);

        using var list = JsonDocument.Parse(await Berth.OkAsync("builds:list", "run5", "--format", "json"));
        var builds = list.RootElement.EnumerateArray().ToArray();
        Assert.Equal(["failed", "succeeded", "succeeded"], builds.Select(build => build.GetProperty("display_status").GetString()));
        Assert.Equal(["deploy", "ps:restart", "deploy"], builds.Select(build => build.GetProperty("source").GetString()));
        var id = builds[0].GetProperty("id").GetString()!;
        Assert.Contains(" !     web.1 exited with status 3", await Berth.OkAsync("builds:output", "run5", id), StringComparison.Ordinal);
        Assert.True(File.Exists($"{Berth.Lib}/data/builds/run5/{id}.log"));
        Assert.Contains("\nExit Code:  1\n", await Berth.OkAsync("builds:info", "run5", id), StringComparison.Ordinal);
        Assert.Equal("failed\n", await Berth.OkAsync("builds:report", "run5", "--build-status"));
        Assert.StartsWith("=====> run5 failed deploy logs\n", await Berth.OkAsync("logs:failed", "run5"), StringComparison.Ordinal);
        await Berth.OkAsync("builds:set", "run5", "retention", "1");
        await Berth.OkAsync("builds:prune", "run5");
        Assert.Single(Directory.GetFiles($"{Berth.Lib}/data/builds/run5", "*.json"));
    }

    [Fact]
    public async Task lets_a_deploy_wait_for_another_and_cancels_it_when_asked()
    {
        using var slow = ProcessServer.Folder(("Procfile", "web: sleep 1000\n"));
        await Berth.OkAsync("apps:create", "run6");
        var first = Berth.RunAsync("deploy", "run6", slow.Path);
        await Eventually.TrueAsync(() => Task.FromResult(LogsOf("run6").Any(log => log.Contains("Starting web.1", StringComparison.Ordinal))));

        var second = Berth.RunAsync("ps:start", "run6");
        Assert.Equal(" !     App run6 has not been deployed\n", (await second).Error);
        var third = Berth.RunAsync("deploy", "run6", slow.Path);
        await Eventually.TrueAsync(() => Task.FromResult(
            LogsOf("run6").Any(log => log.Contains("-----> Waiting for the deploy of run6 under way to end...\n", StringComparison.Ordinal))));
        Assert.Equal(4, (await Berth.OkAsync("builds:list", "run6", "--status", "running")).Split('\n').Length);
        Assert.Equal("-----> Killing app deploy\n", await Berth.OkAsync("builds:cancel", "run6"));

        Assert.StartsWith(" !     The deploy of run6 was canceled.\n", (await first).Error, StringComparison.Ordinal);
        Assert.Equal(1, (await third).Status);
        Assert.Equal("-----> App not currently deploying\n", await Berth.OkAsync("builds:cancel", "run6"));
        Assert.Equal("false\n", await Berth.OkAsync("ps:report", "run6", "--deployed"));
    }

    [Fact]
    public async Task runs_what_the_settings_say()
    {
        using var folder = ProcessServer.Folder(
            ("Procfile", "web: false\n"),
            ("deep/Procfile.other", "web: false\nworker: sleep 1000\n"),
            ("deep/server.pl", File.ReadAllText(ProcessServer.Folder()["server.pl"])));
        await Berth.OkAsync("apps:create", "run7");
        await Berth.OkAsync("builder:set", "run7", "build-dir", "deep");
        await Berth.OkAsync("ps:set", "run7", "procfile-path", "/Procfile.other");
        await Berth.OkAsync("ps:set", "run7", "start-cmd", "perl", "server.pl");
        await Berth.OkAsync("ps:set", "run7", "restart-policy", "no");

        await Berth.OkAsync("deploy", "run7", folder.Path);

        Assert.Equal("-----> Scaling for run7\nproctype: qty\n--------: ---\nweb:  1\nworker: 0\n", await Berth.OkAsync("ps:scale", "run7"));
        Assert.Equal("web:  1\nworker: 0\n", await Berth.OkAsync("--quiet", "ps:scale", "run7"));
        await ProcessServer.AskAsync(Berth, "run7", "/die");
        await Eventually.TrueAsync(async () =>
            (await Berth.OkAsync("ps:report", "run7", "--status-web.1")).StartsWith("crashed (restarts: 0, last exit: ", StringComparison.Ordinal));

        await Berth.OkAsync("builder:set", "run7", "build-dir", "nowhere");
        var refused = await Berth.RunAsync("ps:rebuild", "run7");
        Assert.Equal(1, refused.Status);
        Assert.Contains("has no folder nowhere", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task follows_the_apps_own_app_json()
    {
        await ProcessServer.DeployAsync(
            Berth,
            "run8",
            ("Procfile", "web: perl server.pl\nworker: sleep 1000\n"),
            ("app.json", """{"formation":{"web":{"quantity":2}},"healthchecks":{"web":[{"path":"/health","attempts":2,"wait":0}]}}"""));

        Assert.Equal("web:  2\nworker: 0\n", await Berth.OkAsync("--quiet", "ps:scale", "run8"));
        Assert.Equal("false\n", await Berth.OkAsync("ps:report", "run8", "--ps-can-scale"));
        var refused = await Berth.RunAsync("ps:scale", "run8", "web=1");
        Assert.Equal(
            (1, " !     App run8 contains an app.json file with a formations key and cannot be manually scaled\n"), (refused.Status, refused.Error));
    }

    [Fact]
    public async Task checks_what_runs()
    {
        await ProcessServer.DeployAsync(Berth, "run9");

        Assert.Equal(
            "-----> Running pre-flight checks\n-----> Running checks for app (run9.web.1)\n       All checks successful!\n",
            await Berth.OkAsync("checks:run", "run9"));
        Assert.Equal(" !     Invalid process type specified (run9.nope)\n", (await Berth.RunAsync("checks:run", "run9", "nope")).Error);
        Assert.Equal(" !     Invalid container index specified (run9.web.3)\n", (await Berth.RunAsync("checks:run", "run9", "web.3")).Error);
        await Berth.OkAsync("checks:disable", "run9", "web");
        Assert.Contains("Zero downtime is disabled for app (run9.web). Skipping checks", await Berth.OkAsync("checks:run", "run9", "web"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task stops_and_starts_and_tells_when_there_is_nothing_to_do()
    {
        await ProcessServer.DeployAsync(Berth, "run10");

        var running = await Berth.RunAsync("ps:start", "run10");
        Assert.Equal((0, "", " !     App run10 already running\n"), (running.Status, running.Output, running.Error));
        Assert.Equal("-----> Stopping run10\n", await Berth.OkAsync("ps:stop", "run10"));
        Assert.Equal("false\n", await Berth.OkAsync("ps:report", "run10", "--restore"));
        Assert.Equal("false\n", await Berth.OkAsync("ps:report", "run10", "--running"));
        Assert.Equal(" !     Skipping ps:restore for run10 as restore=false\n", (await Berth.RunAsync("ps:restore", "run10")).Error);
        await Berth.OkAsync("ps:start", "run10");
        Assert.Equal("true\n", await Berth.OkAsync("ps:report", "run10", "--restore"));
        Assert.Contains("run10 ", (await ProcessServer.AskAsync(Berth, "run10")).Output.Replace("web.1", "run10", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task stops_an_app_also_where_that_cannot_be_written_down()
    {
        await ProcessServer.DeployAsync(Berth, "run11");
        Directory.Delete($"{Berth.Lib}/config/ps/run11", recursive: true);
        await File.WriteAllTextAsync($"{Berth.Lib}/config/ps/run11", "a file in the folder's place");

        var result = await Berth.RunAsync("ps:stop", "run11");

        Assert.Equal(1, result.Status);
        Assert.StartsWith(" !     run11 is stopped, but that could not be written down:", result.Error, StringComparison.Ordinal);
        Assert.Equal("[]\n", await Berth.OkAsync("ps:inspect", "run11"));
    }

    [Fact]
    public async Task tells_of_lines_in_ENV_that_count_for_nothing()
    {
        await ProcessServer.DeployAsync(Berth, "run12");
        Directory.CreateDirectory($"{Berth.Lib}/config/run12");
        await File.WriteAllTextAsync($"{Berth.Lib}/config/run12/ENV", "WORD=known\nthis is no assignment\n");

        var result = await Berth.RunAsync("ps:restart", "run12");

        Assert.Equal(0, result.Status);
        Assert.Contains($" !     {Berth.Lib}/config/run12/ENV line 2 is not KEY=value and is left out\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("web.1 known", (await ProcessServer.AskAsync(Berth, "run12")).Output, StringComparison.Ordinal);
    }

    private IEnumerable<string> LogsOf(string app) =>
        Directory.Exists($"{Berth.Lib}/data/builds/{app}") ? Directory.GetFiles($"{Berth.Lib}/data/builds/{app}", "*.log").Select(File.ReadAllText) : [];
}
