using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The settings and reports of ps, checks, logs, builds, builder, buildpacks and scheduler, without a daemon.</summary>
public sealed class Setting_up_processes : IAsyncDisposable
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Fact]
    public async Task tells_that_an_app_was_never_deployed()
    {
        await _berth.OkAsync("apps:create", "shop");
        await ExpectAsync("", " !     App shop has not been deployed\n", 0, "ps:restart", "shop");
        await ExpectAsync("", " !     App shop has not been deployed\n", 0, "ps:stop", "shop");
        await ExpectAsync("", " !     Running restart in serial mode\n !     App shop has not been deployed\n", 0, "ps:restart", "--all");
        await ExpectAsync("", " !     App shop has not been deployed\n", 1, "logs", "shop");
        await ExpectAsync("[]\n", "", 0, "ps:inspect", "shop");
        await ExpectAsync("false\n", "", 0, "ps:report", "shop", "--deployed");
        await ExpectAsync("-----> Running pre-flight checks\n", " !     App shop has not been deployed\n", 1, "checks:run", "shop");
    }

    [Fact]
    public async Task sets_ps_properties_and_reports_own_global_and_computed_values()
    {
        await _berth.OkAsync("apps:create", "shop");
        await ExpectAsync("=====> Setting restart-policy to on-failure:20\n", "", 0, "ps:set", "--global", "restart-policy", "on-failure:20");
        await ExpectAsync("", " !     Invalid restart-policy specified\n", 1, "ps:set", "shop", "restart-policy", "sometimes");
        await ExpectAsync("=====> Setting stop-timeout-seconds to 60\n", "", 0, "ps:set", "shop", "stop-timeout-seconds", "60");
        await ExpectAsync("", " !     Property cannot be specified globally\n", 1, "ps:set", "--global", "start-cmd", "x");
        Assert.Equal(1, (await _berth.RunAsync("ps:set", "shop", "stop-timeout-seconds", "soon")).Status);
        Assert.Equal(1, (await _berth.RunAsync("ps:set", "shop", "procfile-path", "../../etc/passwd")).Status);
        Assert.Equal(1, (await _berth.RunAsync("ps:set", "shop", "start-cmd", "a | b")).Status);

        await ExpectAsync("60\n", "", 0, "ps:report", "shop", "--ps-computed-stop-timeout-seconds");
        await ExpectAsync("on-failure:20\n", "", 0, "ps:report", "shop", "--ps-computed-restart-policy");
        await ExpectAsync("\n", "", 0, "ps:report", "shop", "--ps-restart-policy");
        var report = await _berth.OkAsync("ps:report", "shop");
        Assert.StartsWith($"=====> shop ps information\n       {"Deployed:",-34}false\n", report, StringComparison.Ordinal);
        Assert.Contains("       Ps computed stop timeout seconds: 60\n", report, StringComparison.Ordinal);
        Assert.Equal("60", await File.ReadAllTextAsync($"{_berth.Lib}/config/ps/shop/stop-timeout-seconds"));
        await ExpectAsync("=====> Unsetting stop-timeout-seconds\n", "", 0, "ps:set", "shop", "stop-timeout-seconds");
        Assert.False(File.Exists($"{_berth.Lib}/config/ps/shop/stop-timeout-seconds"));
    }

    [Fact]
    public async Task scales_in_the_files_alone()
    {
        await _berth.OkAsync("apps:create", "shop");
        await ExpectAsync("-----> Scaling shop processes: web=2 worker=1\n", "", 0, "ps:scale", "shop", "web=2", "worker=1");
        Assert.Equal("web=2\nworker=1", await File.ReadAllTextAsync($"{_berth.Lib}/config/ps/shop/scale"));
        await ExpectAsync("-----> Scaling for shop\nproctype: qty\n--------: ---\nweb:  2\nworker: 1\n", "", 0, "ps:scale", "shop");
        await ExpectAsync("""[{"process_type":"web","quantity":2},{"process_type":"worker","quantity":1}]""" + "\n", "", 0, "ps:scale", "shop", "--format", "json");
        await ExpectAsync("", " !     Missing count for process type web\n", 1, "ps:scale", "shop", "web");
        await ExpectAsync("", " !     Please specify an app to run the command on\n", 1, "ps:scale", "web=2");
        await ExpectAsync("-----> Resetting shop processes to the default scale\n", "", 0, "ps:scale", "--clear", "shop");
        await ExpectAsync("web:  1\n", "", 0, "--quiet", "ps:scale", "shop");
    }

    [Fact]
    public async Task disables_skips_and_enables_checks()
    {
        await _berth.OkAsync("apps:create", "shop");
        await _berth.OkAsync("config:set", "--no-restart", "shop", "DOKKU_CHECKS_SKIPPED=web");
        await ExpectAsync("web\n", "", 0, "checks:report", "shop", "--checks-skipped-list");
        await ExpectAsync("-----> Disabling zero downtime for app (shop)\n", "", 0, "checks:disable", "shop");
        await ExpectAsync("_all_\n", "", 0, "checks:report", "shop", "--checks-disabled-list");
        await ExpectAsync("none\n", "", 0, "checks:report", "shop", "--checks-skipped-list");
        await ExpectAsync("-----> Disabling zero downtime for app's (shop) proctypes (web,worker)\n", "", 0, "checks:disable", "shop", "web,worker");
        await ExpectAsync("-----> Skipping zero downtime for app's (shop) proctypes (web)\n", "", 0, "checks:skip", "shop", "web");
        Assert.Equal("worker", await File.ReadAllTextAsync($"{_berth.Lib}/config/checks/shop/disabled"));
        Assert.Equal("web", await File.ReadAllTextAsync($"{_berth.Lib}/config/checks/shop/skipped"));
        await ExpectAsync("-----> Enabling zero downtime for app's (shop)\n", "", 0, "checks:enable", "shop");
        await ExpectAsync(
            "=====> shop checks information\n"
            + "       Checks computed wait to retire: 60\n"
            + "       Checks disabled list:           none\n"
            + "       Checks global wait to retire:   \n"
            + "       Checks skipped list:            none\n"
            + "       Checks wait to retire:          \n",
            "",
            0,
            "checks:report",
            "shop");
        await ExpectAsync("=====> Setting attempts to 7\n", "", 0, "checks:set", "shop", "attempts", "7");
        await ExpectAsync("7\n", "", 0, "checks:report", "shop", "--checks-computed-attempts");
        Assert.Equal(1, (await _berth.RunAsync("checks:set", "shop", "wait-to-retire", "-1")).Status);
    }

    [Fact]
    public async Task keeps_buildpacks_in_order()
    {
        await _berth.OkAsync("apps:create", "shop");
        await ExpectAsync("", "", 0, "buildpacks:add", "shop", "heroku/nodejs");
        await ExpectAsync("", "", 0, "buildpacks:add", "--index", "1", "shop", "https://github.com/me/first.git");
        await ExpectAsync("", "", 0, "buildpacks:set", "--index", "2", "shop", "heroku/ruby");
        await ExpectAsync(
            "-----> shop buildpack urls\n       https://github.com/me/first.git\n       https://github.com/heroku/heroku-buildpack-ruby.git\n", "", 0, "buildpacks:list", "shop");
        await ExpectAsync(
            "https://github.com/me/first.git,https://github.com/heroku/heroku-buildpack-ruby.git\n", "", 0, "buildpacks:report", "shop", "--buildpacks-list");
        await ExpectAsync("", " !     Index not found\n", 1, "buildpacks:remove", "shop", "--index", "3");
        await ExpectAsync("-----> Removing https://github.com/me/first.git\n", "", 0, "buildpacks:remove", "shop", "--index", "1");
        await ExpectAsync("", "", 0, "buildpacks:clear", "shop");
        await ExpectAsync("", " !     No buildpacks were found, next release on shop will detect buildpack normally\n", 1, "buildpacks:remove", "shop", "heroku/ruby");
    }

    [Fact]
    public async Task keeps_what_selects_a_scheduler_or_builder()
    {
        await _berth.OkAsync("apps:create", "shop");
        await ExpectAsync("docker-local\n", "", 0, "scheduler:report", "shop", "--scheduler-computed-selected");
        await ExpectAsync(
            "=====> Setting selected to k3s\n", " !     Kept, but Berth runs every app with its embedded scheduler\n", 0, "scheduler:set", "shop", "selected", "k3s");
        await ExpectAsync("k3s\n", "", 0, "scheduler:report", "shop", "--scheduler-selected");
        await ExpectAsync("=====> Setting selected to dockerfile\n", "", 0, "builder:set", "--global", "selected", "dockerfile");
        await ExpectAsync("dockerfile\n", "", 0, "builder:report", "shop", "--builder-computed-selected");
        await ExpectAsync("true\n", "", 0, "scheduler-docker-local:report", "shop", "--scheduler-docker-local-computed-init-process");
    }

    [Fact]
    public async Task answers_questions_about_builds_and_logs()
    {
        await _berth.OkAsync("apps:create", "shop");
        await ExpectAsync("No builds recorded for this app\n", "", 0, "builds:list", "shop");
        await ExpectAsync("No builds currently running\n", "", 0, "builds:list");
        await ExpectAsync("", " !     No build record found for shop/abc\n", 1, "builds:info", "shop", "abc");
        await ExpectAsync("", " !     no such build abc for app shop\n", 1, "builds:output", "shop", "abc");
        await ExpectAsync("-----> App not currently deploying\n", "", 0, "builds:cancel", "shop");
        await ExpectAsync("", " !     Invalid retention 0: must be >= 1\n", 1, "builds:set", "shop", "retention", "0");
        await ExpectAsync("20\n", "", 0, "builds:report", "shop", "--builds-computed-retention");
        await ExpectAsync("10m\n", "", 0, "logs:report", "shop", "--logs-computed-max-size");
        await ExpectAsync("", " !     vector-image may only be set globally with --global\n", 1, "logs:set", "shop", "vector-image", "x");
        await ExpectAsync("=====> shop failed deploy logs\n", "", 0, "logs:failed", "--all");
    }

    private async Task ExpectAsync(string output, string error, int status, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((status, output, error), (result.Status, result.Output, result.Error));
    }
}
