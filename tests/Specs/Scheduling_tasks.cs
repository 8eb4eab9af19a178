using Berth.TestKit;

namespace Berth.Specs;

public sealed class Scheduling_tasks
{
    private const string AppJson = """{"cron":[{"command":"node index.js","schedule":"@daily"},{"command":"a; touch $(id) <b>","schedule":"*/5 * * * *"}]}""";
    private const string Id = "18b6k58rjtfo1fok1n0tuhypvbdfi929ngg3e3dy01a1";

    [Fact]
    public async Task lists_the_tasks_of_the_release_in_service()
    {
        await using var berth = await WithTasksAsync(AppJson);
        var lines = (await berth.OkAsync("cron:list", "app")).Split('\n');
        Assert.Matches("^ID +Schedule +Maintenance  Command$", lines[0]);
        Assert.Matches($"^{Id} +@daily +false        node index.js$", lines[1]);
        Assert.StartsWith(
            $$"""[{"id":"{{Id}}","app":"app","command":"node index.js","schedule":"@daily","concurrency_policy":"allow","app-in-maintenance":false,"task-in-maintenance":false,"maintenance":false},""",
            await berth.OkAsync("cron:list", "app", "--format", "json"),
            StringComparison.Ordinal);
        Assert.Equal("2\n", await berth.OkAsync("cron:report", "app", "--cron-task-count"));
        Assert.Equal("ID  Schedule  Maintenance  Command\n", await berth.OkAsync("cron:list", "--global"));
    }

    [Fact]
    public async Task suspends_one_task_or_all()
    {
        await using var berth = await WithTasksAsync(AppJson);
        Assert.Equal($"=====> Setting maintenance.{Id} to true\n", await berth.OkAsync("cron:suspend", "app", Id));
        Assert.Matches($"{Id} +@daily +true \\(task\\)  node", await berth.OkAsync("cron:list", "app"));
        Assert.Equal("true\n", await berth.OkAsync("cron:report", "app", $"--cron-maintenance-{Id}"));
        Assert.Equal($"=====> Unsetting maintenance.{Id}\n", await berth.OkAsync("cron:resume", "app", Id));

        await berth.OkAsync("cron:set", "--global", "maintenance", "true");
        Assert.Matches($"{Id} +@daily +true \\(app\\)  node", await berth.OkAsync("cron:list", "app"));
        await berth.FailsAsync("Invalid task maintenance property, no matching task ID found: maintenance.nope", "cron:suspend", "app", "nope");
        await berth.FailsAsync("Property cannot be specified on a per-app basis", "cron:set", "app", "mailto", "me@example.com");
        await berth.FailsAsync("Task maintenance properties cannot be set globally", "cron:set", "--global", $"maintenance.{Id}", "true");
        await berth.FailsAsync("No matching Cron ID found. Please specify a Cron ID from the output of 'dokku cron:list app'", "cron:run", "app", "nope");
        await berth.FailsAsync("Please specify a Cron ID from the output of 'dokku cron:list app'", "cron:run", "app");
    }

    [Fact]
    public async Task suspends_a_task_whose_id_is_longer_than_a_files_name()
    {
        await using var berth = await WithTasksAsync($$"""{"cron":[{"command":"{{new string('x', 2000)}}","schedule":"@daily"}]}""");
        var id = (await berth.OkAsync("cron:list", "app")).Split('\n')[1].Split(' ')[0];
        await berth.OkAsync("cron:suspend", "app", id);
        Assert.Contains("true (task)", await berth.OkAsync("cron:list", "app"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_which_schedule_is_none_and_still_reports()
    {
        await using var berth = await WithTasksAsync("""{"cron":[{"command":"a","schedule":"* * *"}]}""");
        await berth.FailsAsync("Invalid cron schedule for app app (schedule * * *): expected exactly 5 fields, found 3: [* * *]", "cron:list", "app");
        Assert.Equal(0, (await berth.RunAsync("cron:report")).Status);
    }

    private static async Task<BerthServer> WithTasksAsync(string appJson)
    {
        var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        var releases = $"{berth.Lib}/data/releases/app";
        Directory.CreateDirectory($"{releases}/1");
        await File.WriteAllTextAsync($"{releases}/1/app.json", appJson);
        await File.WriteAllTextAsync($"{releases}/current", "1\n");
        return berth;
    }
}
