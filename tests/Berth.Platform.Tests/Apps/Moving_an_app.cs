using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.Apps;

/// <summary>Renaming and cloning, cut off at every change they make.</summary>
public sealed class Moving_an_app : IDisposable
{
    private static readonly AppName From = AppName.Parse("shop");
    private static readonly AppName To = AppName.Parse("store");
    private readonly ScratchFolder _scratch = new();
    private FileStateStore _store = null!;
    private int _round;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void is_finished_by_the_next_command_wherever_it_was_cut_off()
    {
        for (var changes = 0; ; changes++)
        {
            MakeApp();
            var before = Everything(From);
            var mutineer = new Mutineer(_store, changes);
            try
            {
                Rename(new AppRenaming(mutineer));
            }
            catch (Mutineer.Killed)
            {
                new AppRenaming(_store).FinishAll();
            }

            var (old, renamed) = (Everything(From), Everything(To));

            // Before the first change there is nothing to finish; after it there is no way back.
            Assert.Equal(changes == 0 ? [] : before, renamed);
            Assert.Equal(changes == 0 ? before : [], old);
            Assert.Equal(changes == 0, Catalog().Exists(From));
            Assert.False(_store.Exists(StatePath.Lib("data", "apps", "--global", "renaming", "shop")));
            if (mutineer.WasLoyal)
            {
                Assert.True(changes > 10, "the renaming was cut off at each of its changes");
                return;
            }
        }
    }

    [Fact]
    public void leaves_what_is_not_the_apps_where_it_is()
    {
        MakeApp();
        _store.Write(StatePath.Lib("data", "storage", "shop", "photo"), "mine");
        _store.Write(StatePath.Lib("config", "apps", "other", "created-at"), "1");

        Rename(new AppRenaming(_store));

        Assert.Equal("mine", _store.Read(StatePath.Lib("data", "storage", "shop", "photo")));
        Assert.Equal("1", _store.Read(StatePath.Lib("config", "apps", "other", "created-at")));
    }

    [Fact]
    public async Task leaves_no_half_clone_wherever_it_was_cut_off()
    {
        for (var changes = 0; ; changes++)
        {
            MakeApp();
            var before = Everything(From);
            var mutineer = new Mutineer(_store, changes);
            var killed = false;
            try
            {
                CloningIn(mutineer).Run(From, To, CancellationToken.None);
            }
            catch (Mutineer.Killed)
            {
                killed = true;
            }

            Assert.Equal(before, Everything(From));
            var isThere = Catalog().Exists(To);
            Assert.True(killed || isThere);
            CloningIn(_store).SweepAll();
            Assert.Equal(isThere, Catalog().Exists(To));
            Assert.False(_store.Exists(StatePath.Lib("data", "apps", "--global", "cloning", "store")));
            if (!isThere)
            {
                // Whatever was left, its secrets above all, goes when the daemon starts.
                Assert.Empty(Everything(To));
                Assert.False(_store.Exists(StatePath.Home(".clone-store")));
                Assert.False(_store.Exists(StatePath.Lib("config", "store")));

                // What is left of it is no obstacle, and nothing of it is in the next app of that name.
                await Catalog().CreateAsync(To.Text, CancellationToken.None);
                Assert.Null(_store.Read(StatePath.Lib("config", "ps", "store", "scale")));
                Assert.Null(_store.Read(StatePath.Lib("config", "store", "ENV")));
            }

            if (mutineer.WasLoyal)
            {
                Assert.True(changes > 5, "the cloning was cut off at each of its changes");
                return;
            }
        }
    }

    [Fact]
    public void gives_a_clone_everything_but_what_can_only_belong_to_one()
    {
        MakeApp();
        _store.Write(StatePath.Lib("config", "ports", "shop", "map"), "http:80:5000\nhttps:443:5000\nhttp:8080:5000\n");
        _store.Write(StatePath.Lib("config", "ps", "shop", "account"), "200001");

        CloningIn(_store).Run(From, To, CancellationToken.None);

        Assert.Equal("store.localhost\n", _store.Read(StatePath.Home("store", "VHOST")));
        Assert.Equal("web=2", _store.Read(StatePath.Lib("config", "ps", "store", "scale")));
        Assert.Equal("SECRET=\"x y\"\n", _store.Read(StatePath.Lib("config", "store", "ENV")));
        Assert.Equal("server_tokens off;", _store.Read(StatePath.Home("store", "nginx.conf.d", "a.conf")));
        Assert.Equal("http:80:5000\nhttp:8080:5000\n", _store.Read(StatePath.Lib("config", "ports", "store", "map")));
        Assert.False(_store.Exists(StatePath.Home("store", "tls")));
        Assert.False(_store.Exists(StatePath.Home("store", "letsencrypt")));
        Assert.Null(_store.Read(StatePath.Lib("config", "ps", "store", "account")));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("true", "false")]
    [InlineData(null, "false")]
    public void lets_the_app_run_again_as_it_did_before_it_was_stopped_for_it(string? stopped, string? restored)
    {
        MakeApp();
        var before = new RunMarks(stopped, restored);
        before.Restore(_store, From);
        new AppRenaming(_store).Begin(From, To, before);
        RunMarks.OfStopped.Restore(_store, From);

        // The daemon is killed here; the next one finishes it.
        new AppRenaming(_store).FinishAll();

        Assert.True(Catalog().Exists(To));
        Assert.Equal(before, RunMarks.Of(_store, To));
    }

    [Fact]
    public void is_finished_though_another_that_was_cut_off_cannot_be_read()
    {
        MakeApp();
        var odd = _store.FileOf(StatePath.Lib("data", "apps", "--global", "renaming", "aaa"));
        Directory.CreateDirectory(odd);
        new AppRenaming(_store).Begin(From, To, RunMarks.OfStopped);

        Assert.Contains(odd, Assert.Throws<ProblemException>(new AppRenaming(_store).FinishAll).Problem.Found, StringComparison.Ordinal);

        Assert.True(Catalog().Exists(To));
    }

    [Fact]
    public void leaves_nothing_behind_when_it_is_abandoned()
    {
        MakeApp();
        var before = Everything(From);
        var renaming = new AppRenaming(_store);

        renaming.Begin(From, To, RunMarks.OfStopped);
        renaming.Abandon(From, To);
        renaming.FinishAll();

        Assert.Equal(before, Everything(From));
        Assert.False(Catalog().Exists(To));
        Assert.False(_store.Exists(StatePath.Lib("config", "store")));
    }

    private static void Rename(AppRenaming renaming)
    {
        renaming.Begin(From, To, new RunMarks(null, null));
        renaming.Finish(From, To);
    }

    private static AppCloning CloningIn(IStateStore store)
    {
        var config = new ConfigStore(store, TimeProvider.System);
        return new AppCloning(
            new AppCatalog(store, TimeProvider.System), config, new DomainStore(store, config, TimeProvider.System), new ReleaseStore(store, TimeProvider.System), store);
    }

    private AppCatalog Catalog() => new(_store, TimeProvider.System);

    private void MakeApp()
    {
        var folder = $"{_round++}";
        _store = new FileStateStore(new StateRoots(_scratch[$"{folder}/home"], _scratch[$"{folder}/lib"]), TimeProvider.System);
        _store.Write(StatePath.Home("VHOST"), "localhost\n");
        _store.Write(StatePath.Home("shop", "VHOST"), "shop.localhost\nshop.com\n");
        _store.Write(StatePath.Home("shop", "tls", "server.crt"), "certificate");
        _store.Write(StatePath.Home("shop", "letsencrypt", "state.json"), "{}");
        _store.Write(StatePath.Home("shop", "nginx.conf.d", "a.conf"), "server_tokens off;");
        _store.Write(StatePath.Lib("config", "shop", "ENV"), "SECRET=\"x y\"\n");
        _store.Write(StatePath.Lib("config", "config", "shop", "env-migrated"), "true");
        _store.Write(StatePath.Lib("config", "apps", "shop", "created-at"), "1795478393");
        _store.Write(StatePath.Lib("config", "ps", "shop", "scale"), "web=2");
        _store.Write(StatePath.Lib("config", "letsencrypt", "shop", "email"), "you@example.com");
        _store.Write(StatePath.Lib("data", "releases", "shop", "current"), "1\n");
        _store.Write(StatePath.Lib("data", "releases", "shop", "1", "Procfile"), "web: ./server\n");
        _store.Write(StatePath.Lib("data", "logs", "shop", "web.1.log"), "hello\n");
    }

    /// <summary>Every file of an app with its content, the app's name out of both.</summary>
    private string[] Everything(AppName app) => [.. ((string[])[_store.Roots.Home, _store.Roots.Lib])
        .SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        .Where(file => file.Split('/').Contains(app.Text) && !file.Contains("/run/", StringComparison.Ordinal))
        .Select(file => $"{file}: {File.ReadAllText(file)}")
        .Select(line => line.Replace($"/{app}/", "/APP/", StringComparison.Ordinal).Replace($"{app}.localhost", "APP.localhost", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];
}
