using Berth.TestKit;

namespace Berth.Specs;

public sealed class Mounting_storage
{
    [Fact]
    public async Task makes_a_folder_in_its_own_place_only()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var made = await berth.RunAsync("storage:ensure-directory", "--chown", "false", "data");
        Assert.Equal((0, $"-----> Ensuring {berth.Lib}/data/storage/data exists\n       Directory ready for mounting\n"), (made.Status, made.Output));
        Assert.True(Directory.Exists($"{berth.Lib}/data/storage/data"));

        foreach (var name in new[] { "../data", "a/b", "/etc", "a b", "$(id)", "a\nb", ".." })
        {
            var refused = await berth.RunAsync("storage:ensure-directory", "--", name);
            Assert.Equal(1, refused.Status);
            Assert.Contains("Directory can only contain the following set of characters: [A-Za-z0-9_-]\n", refused.Error, StringComparison.Ordinal);
        }

        Assert.Contains("Unsupported chown permissions", (await berth.RunAsync("storage:ensure-directory", "--chown", "x", "data")).Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories($"{berth.Lib}/data/storage"));
    }

    [Fact]
    public async Task mounts_a_path_once_lists_it_and_unmounts_it()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Assert.Equal("", await berth.OkAsync("storage:mount", "app", "/srv/files:/app/files:ro"));
        await berth.OkAsync("storage:mount", "app", "volume:/app/v");

        await berth.FailsAsync("Mount path already exists.", "storage:mount", "app", "/srv/files:/app/files");
        await berth.FailsAsync("Storage path must be two valid paths divided by colon.", "storage:mount", "app", "/srv/files:files");
        Assert.Equal("-----> app volume bind-mounts:\n       volume:/app/v\n       /srv/files:/app/files:ro\n", await SortedAsync(berth, "storage:list", "app"));
        Assert.Contains("\"host_path\":\"/srv/files\",\"container_path\":\"/app/files\",\"readonly\":true", await berth.OkAsync("storage:list", "app", "--format", "json"), StringComparison.Ordinal);
        Assert.Contains("-v /srv/files:/app/files:ro", await berth.OkAsync("storage:report", "app", "--storage-deploy-mounts"), StringComparison.Ordinal);
        Assert.Equal("\n", await berth.OkAsync("storage:report", "app", "--storage-build-mounts"));

        await berth.OkAsync("storage:unmount", "app", "/srv/files:/app/files");
        await berth.FailsAsync("Mount path does not exist.", "storage:unmount", "app", "/srv/files:/app/files");
        Assert.Equal("volume:/app/v\n", await berth.OkAsync("--quiet", "storage:list", "app"));
    }

    [Fact]
    public async Task registers_an_entry_mounts_it_by_its_name_and_keeps_it_while_it_is_used()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Assert.Equal(
            $"       Created {berth.Lib}/data/storage/data\n-----> Storage entry data created\n", await berth.OkAsync("storage:create", "data"));
        Assert.Equal("-----> Storage entry data mounted at /data on app\n", await berth.OkAsync("storage:mount", "app", "data", "--container-dir", "/data"));

        await berth.FailsAsync("storage entry \"data\" is still mounted by app(s): app", "storage:destroy", "data", "--force");
        await berth.FailsAsync("storage entry \"other\" does not exist", "storage:info", "other");
        await berth.FailsAsync("storage entry \"../../x\" does not exist", "storage:info", "../../x");
        await berth.OkAsync("storage:unmount", "app", "data");
        await berth.OkAsync("storage:destroy", "data", "--force");
        Assert.True(Directory.Exists($"{berth.Lib}/data/storage/data"), "the data is not the entry");
    }

    [Fact]
    public async Task makes_and_gives_away_no_folder_elsewhere()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var elsewhere = $"{berth.Home}/elsewhere";
        foreach (var path in new[] { elsewhere, $"{berth.Lib}/data/storage/a/b", $"{berth.Lib}/data/storage/../x" })
        {
            Assert.Equal(1, (await berth.RunAsync("storage:create", "data", path)).Status);
            Assert.False(Directory.Exists(path));
        }

        Directory.CreateDirectory(elsewhere);
        Assert.Equal(1, (await berth.RunAsync("storage:create", "data", elsewhere, "--chown", "root")).Status);
        await berth.OkAsync("storage:create", "data", elsewhere);
    }

    [Fact]
    public async Task takes_over_what_an_older_server_mounted_by_options()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        await File.WriteAllTextAsync($"{berth.Home}/app/DOCKER_OPTIONS_DEPLOY", "-v /a:/b\n--link x\n");
        await File.WriteAllTextAsync($"{berth.Home}/app/DOCKER_OPTIONS_RUN", "-v /a:/b\n");

        Assert.Equal("/a:/b\n", await berth.OkAsync("--quiet", "storage:list", "app"));
        await berth.OkAsync("storage:mount", "app", "/c:/d");

        Assert.Equal(2, (await File.ReadAllLinesAsync($"{berth.Lib}/config/storage/app/mounts")).Length);
        Assert.Equal("--link x\n", await berth.OkAsync("docker-options:report", "app", "--docker-options-deploy"));
        Assert.False(File.Exists($"{berth.Home}/app/DOCKER_OPTIONS_RUN"));
    }

    private static async Task<string> SortedAsync(BerthServer berth, params string[] words) =>
        string.Concat((await berth.OkAsync(words)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .OrderBy(line => line.StartsWith('-') ? 0 : line.Contains("volume:", StringComparison.Ordinal) ? 1 : 2).Select(line => line + "\n"));
}
