using Berth.TestKit;

namespace Berth.Specs;

public sealed class Logging_in_to_registries
{
    [Fact]
    public async Task keeps_the_password_where_docker_looks_and_shows_it_nowhere()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        var forAll = await berth.RunAsync(["registry:login", "--global", "--password-stdin", "docker.io", "me"], "hush\n");
        Assert.Equal((0, "", " !     Login Succeeded for global registry\n"), (forAll.Status, forAll.Output, forAll.Error));
        var forApp = await berth.RunAsync(["registry:login", "--password-stdin", "app", "ghcr.io", "me"], "hush\n");
        Assert.Equal((0, " !     Login Succeeded for app\n"), (forApp.Status, forApp.Error));

        var file = $"{berth.Home}/.docker/config.json";
        Assert.Equal("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"bWU6aHVzaA==\"}}}\n", await File.ReadAllTextAsync(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain("hush", await berth.OkAsync("registry:report", "app"), StringComparison.Ordinal);

        await berth.OkAsync("registry:logout", "app", "ghcr.io");
        Assert.Equal("{\"auths\":{}}\n", await File.ReadAllTextAsync($"{berth.Lib}/config/registry/app/config.json"));
    }

    [Fact]
    public async Task keeps_what_else_the_file_holds_and_changes_no_damaged_one()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Directory.CreateDirectory($"{berth.Home}/.docker");
        var file = $"{berth.Home}/.docker/config.json";
        await File.WriteAllTextAsync(file, "{\"credHelpers\":{\"a\":\"b\"}}");
        await berth.OkAsync("registry:login", "--global", "ghcr.io", "me", "p");
        Assert.Contains("\"credHelpers\":{\"a\":\"b\"}", await File.ReadAllTextAsync(file), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, "[");
        Assert.Equal(1, (await berth.RunAsync("registry:login", "--global", "ghcr.io", "me", "p")).Status);
        Assert.Equal("[", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task says_what_is_missing_and_computes_names()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        await berth.FailsAsync("Missing server argument", "registry:login", "--global");
        await berth.FailsAsync("Missing username argument", "registry:login", "--global", "ghcr.io");
        await berth.FailsAsync("Missing password argument", "registry:login", "--global", "ghcr.io", "me");
        await berth.FailsAsync("No registry credentials found for app app", "registry:logout", "app", "ghcr.io");
        await berth.FailsAsync("Property cannot be specified globally", "registry:set", "--global", "image-repo", "x");

        Assert.Equal("dokku/app\n", await berth.OkAsync("registry:report", "app", "--registry-computed-image-repo"));
        await berth.OkAsync("registry:set", "--global", "image-repo-template", "me/{{ .AppName }}");
        await berth.OkAsync("registry:set", "app", "server", "ghcr.io");
        Assert.Equal("me/app\n", await berth.OkAsync("registry:report", "app", "--registry-computed-image-repo"));
        Assert.Equal("ghcr.io/\n", await berth.OkAsync("registry:report", "app", "--registry-computed-server"));
        await berth.OkAsync("registry:set", "app", "server", "hub.docker.com");
        Assert.Equal("\n", await berth.OkAsync("registry:report", "app", "--registry-computed-server"));
    }
}
