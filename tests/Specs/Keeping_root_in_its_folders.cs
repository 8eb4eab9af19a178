using Berth.Kernel;
using Berth.Specs.Plugins;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The daemon is root and its folders are another account's, which puts links to root's own files there.</summary>
public sealed class Keeping_root_in_its_folders : IDisposable
{
    private const string Secret = "DB_PASSWORD=of-root";
    private const uint Nobody = 65534;
    private static readonly FileOwner Dokku = new(4242, 4242);
    private readonly ScratchFolder _scratch = new();

    public Keeping_root_in_its_folders()
    {
        Assert.SkipUnless(CurrentUser.IsRoot, "only root could be led where others may not go");
        Directory.CreateDirectory(_scratch["root"]);
        AtomicFile.Write(_scratch["root/secret"], Secret + "\n");
    }

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task neither_shows_nor_changes_what_a_link_leads_to()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "led");
        string[] links =
        [
            "data/nginx-vhosts/logs/led-access.log", "data/nginx-vhosts/logs/led-error.log", "data/events/events.log",
            "data/letsencrypt/--global/events.jsonl", "plugins/available",
        ];
        foreach (var link in links)
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{berth.Lib}/{link}")!);
            Delete($"{berth.Lib}/{link}");
            File.CreateSymbolicLink($"{berth.Lib}/{link}", link == "plugins/available" ? _scratch["root"] : _scratch["root/secret"]);
        }

        Dokku.TakeTree(berth.Home);
        Dokku.TakeTree(berth.Lib);
        await berth.OkAsync("events:on");
        await berth.OkAsync("apps:create", "led2");
        var plugin = await SmallPlugin.WriteAsync(_scratch, "small", ("subcommands/default", "echo ran"));
        await SmallPlugin.CommitAsync(plugin, "1.0");
        foreach (var words in (string[][])[
            ["nginx:access-logs", "led"], ["nginx:error-logs", "led"], ["events"], ["plugin:install", plugin]])
        {
            var result = await berth.RunAsync(words, null);
            Assert.True(result.Status != 0, $"{words[0]} {result}");
            Assert.Contains("is a link that others than root could have put there", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, result.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(Secret + "\n", await File.ReadAllTextAsync(_scratch["root/secret"]));
        Assert.Equal([_scratch["root/secret"]], Directory.GetFileSystemEntries(_scratch["root"]));
    }

    [Fact]
    public async Task keeps_no_keys_where_a_link_stands_for_the_authoritys_folder()
    {
        await using var berth = await BerthServer.StartAsync(prepare: berth =>
        {
            Directory.CreateDirectory($"{berth.Lib}/data");
            File.CreateSymbolicLink($"{berth.Lib}/data/authority", _scratch["root"]);
            Dokku.TakeTree(berth.Lib);
        });

        Assert.Equal([_scratch["root/secret"]], Directory.GetFileSystemEntries(_scratch["root"]));
        await berth.LogsAsync("is a link that others than root could have put there");
        Assert.Null(berth.Authority);
    }

    [Fact]
    public async Task shows_nothing_of_what_an_app_puts_in_the_place_of_its_Procfile()
    {
        await using var berth = await BerthServer.StartAsync();
        await HelloApp.DeployAsync(berth, "sly");
        var release = Directory.GetDirectories($"{berth.Lib}/data/releases/sly").Single();
        foreach (var name in (string[])["Procfile", "app.json"])
        {
            Delete($"{release}/{name}");
            File.CreateSymbolicLink($"{release}/{name}", _scratch["root/secret"]);
        }

        foreach (var words in (string[][])[["ps:restart", "sly"], ["cron:list", "sly"]])
        {
            var result = await berth.RunAsync(words, null);
            Assert.True(result.Status != 0, $"{words[0]} {result}");
            Assert.DoesNotContain("DB_PASSWORD", result.ToString(), StringComparison.Ordinal);
        }

        await berth.RestartAsync();
        Assert.DoesNotContain("DB_PASSWORD", berth.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task lends_its_rights_to_no_program_that_works_there()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "led");
        var (repository, keys) = ($"{berth.Home}/led", $"{berth.Home}/.ssh");
        await File.WriteAllTextAsync($"{repository}/hooks/reference-transaction", $"#!/bin/sh\nid -u >{repository}/who\n");
        var committed = await ExternalProgram.RunAsync("sh", ["-ec", """
            export GIT_DIR="$1" GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@x
            git update-ref refs/heads/master "$(git commit-tree -m x "$(git hash-object -w -t tree /dev/null)")"
            chmod 755 "$1/hooks/reference-transaction"
            """, "sh", repository]);
        Assert.True(committed.Status == 0, committed.ToString());
        Directory.CreateDirectory(keys, PrivateFolder.OwnerOnly);
        File.CreateSymbolicLink($"{keys}/id_ed25519.pub", _scratch["root/secret"]);
        new FileOwner(Nobody, Nobody).TakeTree(berth.Home);

        await berth.OkAsync("repo:gc", "led");
        await berth.RunAsync("git:generate-deploy-key");

        Assert.Equal($"{Nobody}\n", await File.ReadAllTextAsync($"{repository}/who"));
        Assert.Equal(Secret + "\n", await File.ReadAllTextAsync(_scratch["root/secret"]));
    }

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
    }
}
