using Berth.TestKit;

namespace Berth.Specs;

public sealed class Preparing_git
{
    [Fact]
    public async Task makes_an_apps_folder_a_repository_that_git_knows()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        var repository = $"{berth.Home}/app";
        Assert.Equal("true\n", await GitAsync(repository, "rev-parse", "--is-bare-repository"));
        Assert.Equal("", await GitAsync(repository, "fsck", "--strict"));
        Assert.True(File.GetUnixFileMode($"{repository}/hooks/pre-receive").HasFlag(UnixFileMode.UserExecute));

        await File.WriteAllTextAsync($"{repository}/hooks/pre-receive", "mine");
        await berth.OkAsync("git:initialize", "app");
        Assert.Contains("dokku git-hook", await File.ReadAllTextAsync($"{repository}/hooks/pre-receive"), StringComparison.Ordinal);
        Assert.Equal(0, (await berth.RunAsync("repo:gc", "app")).Status);
        Assert.Equal(20, (await berth.RunAsync("git:initialize", "nobody")).Status);
    }

    [Fact]
    public async Task reports_the_commit_a_repository_is_at()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Assert.Equal("\n", await berth.OkAsync("git:report", "app", "--git-sha"));
        var repository = $"{berth.Home}/app";
        var tree = (await GitAsync(repository, "hash-object", "-t", "tree", "-w", "/dev/null")).Trim();
        var commit = (await GitAsync(repository, "-c", "user.name=a", "-c", "user.email=a@b.c", "commit-tree", "-m", "x", tree)).Trim();
        await GitAsync(repository, "update-ref", "refs/heads/master", commit);

        Assert.Equal($"{commit}\n", await berth.OkAsync("git:report", "app", "--git-sha"));
        Assert.Matches("^[0-9]+\n$", await berth.OkAsync("git:report", "app", "--git-last-updated-at"));
        await GitAsync(repository, "pack-refs", "--all");
        Assert.Equal($"{commit}\n", await berth.OkAsync("git:report", "app", "--git-sha"));
    }

    [Fact]
    public async Task keeps_settings_for_an_app_and_for_all()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Assert.Equal("master\n", await berth.OkAsync("git:report", "app", "--git-computed-deploy-branch"));
        Assert.Equal("GIT_REV\n", await berth.OkAsync("git:report", "app", "--git-rev-env-var"));
        await berth.OkAsync("git:set", "--global", "deploy-branch", "trunk");
        Assert.Equal("=====> Setting deploy-branch to main\n", await berth.OkAsync("git:set", "app", "deploy-branch", "main"));
        Assert.Equal("=====> Unsetting rev-env-var\n", await berth.OkAsync("git:set", "app", "rev-env-var", ""));

        Assert.Equal(
            "{\"computed-archive-max-files\":\"10000\",\"computed-archive-max-size\":\"1073741824\",\"computed-deploy-branch\":\"main\","
            + "\"computed-keep-git-dir\":\"false\",\"deploy-branch\":\"main\",\"global-archive-max-files\":\"\",\"global-archive-max-size\":\"\","
            + "\"global-deploy-branch\":\"trunk\",\"global-keep-git-dir\":\"\",\"keep-git-dir\":\"\",\"last-updated-at\":\"\",\"rev-env-var\":\"\","
            + "\"sha\":\"\",\"source-image\":\"\"}\n",
            await berth.OkAsync("git:report", "app", "--format", "json"));
        Assert.Equal(1, (await berth.RunAsync("git:set", "app", "deploy-branch", "--", "../../x y")).Status);
        await berth.FailsAsync("Property cannot be specified globally", "git:set", "--global", "source-image", "x");
    }

    [Fact]
    public async Task keeps_passwords_and_a_key_for_other_servers()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var none = await berth.RunAsync("git:public-key");
        Assert.Equal(1, none.Status);
        Assert.StartsWith(" !     There is no deploy key associated with the dokku user.\n", none.Error, StringComparison.Ordinal);
        await berth.OkAsync("git:generate-deploy-key");
        Assert.StartsWith("ssh-ed25519 ", await berth.OkAsync("git:public-key"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{berth.Home}/.ssh/id_ed25519"));

        Assert.Equal("-----> Setting netrc auth entry for host github.com\n", await berth.OkAsync("git:auth", "github.com", "me", "hush"));
        Assert.Equal(0, (await berth.RunAsync("git:auth-status", "github.com", "me", "hush")).Status);
        Assert.Equal(2, (await berth.RunAsync("git:auth-status", "github.com", "me", "other")).Status);
        Assert.Equal(1, (await berth.RunAsync("git:auth-status", "gitlab.com", "me", "hush")).Status);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{berth.Home}/.netrc"));
        Assert.Equal("-----> Removing netrc auth entry for host github.com\n", await berth.OkAsync("git:auth", "github.com"));
        Assert.DoesNotContain("hush", await File.ReadAllTextAsync($"{berth.Home}/.netrc"), StringComparison.Ordinal);

        await berth.FailsAsync("Please supply a git host", "git:allow-host");
        await berth.FailsAsync("Missing password for netrc auth entry", "git:auth", "github.com", "me");
        Assert.Equal(1, (await berth.RunAsync("git:allow-host", "--", "-oProxyCommand=x")).Status);
    }

    private static async Task<string> GitAsync(string repository, params string[] words)
    {
        var result = await ExternalProgram.RunAsync("git", ["--git-dir", repository, .. words], new Dictionary<string, string?>(), null);
        Assert.True(result.Status == 0, result.ToString());
        return result.Output;
    }
}
