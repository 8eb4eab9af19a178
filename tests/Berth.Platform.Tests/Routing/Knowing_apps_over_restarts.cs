using System.Security.Cryptography;
using Berth.Kernel;
using Berth.Platform.Routing;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.Routing;

/// <summary>What is kept of apps, and when it is not believed.</summary>
public sealed class Knowing_apps_over_restarts : IDisposable
{
    private static readonly AppName Shop = AppName.Parse("shop");
    private static readonly AppName Blog = AppName.Parse("blog");

    private static readonly AppFacts Facts = new()
    {
        Names = [DomainName.Parse("shop.example.com"), DomainName.Parse("*.shop.example.com")],
        Uncovered = [DomainName.Parse("*.shop.example.com")],
        HasPair = true,
        IsFromAcme = true,
        HasVariables = true,
        Certificate = 7,
    };

    private readonly ScratchFolder _scratch = new();

    // An hour ahead, every file has come to rest.
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow().AddHours(1));

    public Knowing_apps_over_restarts()
    {
        foreach (var app in (string[])["shop", "blog"])
        {
            foreach (var folder in (string[])[$"home/{app}/tls", $"home/{app}/letsencrypt/certs/first", $"lib/config/{app}"])
            {
                Directory.CreateDirectory(_scratch[folder]);
            }

            foreach (var file in (string[])[$"home/{app}/VHOST", $"home/{app}/ENV", $"home/{app}/tls/server.crt", $"home/{app}/tls/server.key", $"lib/config/{app}/ENV"])
            {
                AtomicFile.Write(_scratch[file], "before\n");
            }

            File.CreateSymbolicLink(_scratch[$"home/{app}/letsencrypt/certs/current"], "first");
        }

        Directory.CreateDirectory(_scratch["lib/run"]);
    }

    private string Kept => _scratch["lib/run/known-apps"];

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void reads_nothing_again_that_is_as_it_was()
    {
        Save();
        var known = Start();
        var found = Assert.Single(known.Unchanged([Shop]));

        Assert.NotNull(found);
        Assert.Equal(Facts.Names, found.Names);
        Assert.Equal(Facts with { Names = found.Names, Uncovered = found.Uncovered, Look = found.Look }, found);
        Assert.Equal(Facts.Uncovered, found.Uncovered);
        Assert.Same(found, known.Of(Shop, () => throw new InvalidOperationException("read again")));
    }

    [Theory]
    [InlineData("home/shop/VHOST")]
    [InlineData("home/shop/ENV")]
    [InlineData("home/shop/tls/server.crt")]
    [InlineData("home/shop/tls/server.key")]
    [InlineData("lib/config/shop/ENV")]
    public async Task reads_an_app_again_whose_file_was_written_in_place(string file)
    {
        Save();
        var modified = File.GetLastWriteTimeUtc(_scratch[file]);
        await File.WriteAllTextAsync(_scratch[file], "behind\n");
        // A hand may set this time, as cp -p and rsync do.
        File.SetLastWriteTimeUtc(_scratch[file], modified);

        Assert.Equal([null, true], Start().Unchanged([Shop, Blog]).Select(facts => facts is null ? null : (bool?)true));
    }

    [Theory]
    [InlineData("home/shop/VHOST")]
    [InlineData("home/shop/tls/server.key")]
    [InlineData("home/shop/tls")]
    [InlineData("home/shop/letsencrypt")]
    [InlineData("lib/config/shop/ENV")]
    public void reads_an_app_again_of_which_something_was_removed(string path)
    {
        Save();
        FolderTree.Delete(_scratch[path]);

        Assert.Equal([null, true], Start().Unchanged([Shop, Blog]).Select(facts => facts is null ? null : (bool?)true));
    }

    [Fact]
    public async Task reads_an_app_again_of_which_something_came()
    {
        Save();
        await File.WriteAllTextAsync(_scratch["home/shop/tls/server.letsencrypt.crt"], "");
        Directory.CreateDirectory(_scratch["home/blog/letsencrypt/certs/second"]);
        AtomicFile.Link(_scratch["home/blog/letsencrypt/certs/current"], "second");

        Assert.Equal([null, null], Start().Unchanged([Shop, Blog]));
    }

    [Fact]
    public void knows_nothing_of_an_app_by_another_name()
    {
        Save();
        Directory.Move(_scratch["home/shop"], _scratch["home/store"]);
        Directory.Move(_scratch["home/blog"], _scratch["home/shop"]);

        Assert.Equal([null, null], Start().Unchanged([AppName.Parse("store"), Shop]));
    }

    [Theory]
    [InlineData("home/shop/tls/server.crt")]
    [InlineData("home/shop/tls/server.key")]
    public void takes_a_pair_for_whole_only_as_it_was_proven(string file)
    {
        var known = Start();
        Assert.False(known.IsWhole(Shop));
        known.Of(Shop, () => Facts with { Certificate = 0 });
        Assert.False(known.IsWhole(Shop));
        known.Forget(Shop);
        known.Of(Shop, () => Facts with { IsBroken = true });
        Assert.False(known.IsWhole(Shop));
        known.Of(Shop, () => Facts);
        Assert.Equal((true, false), (known.IsWhole(Shop), known.IsWhole(Blog)));

        File.AppendAllText(_scratch[file], "more");
        Assert.False(known.IsWhole(Shop));
    }

    [Fact]
    public void keeps_nothing_of_files_that_may_still_change_unseen_and_nothing_broken()
    {
        var known = Start();
        var now = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        AtomicFile.Write(_scratch["home/shop/VHOST"], "just now\n");
        var early = new KnownApps(Store(now), now);
        early.Of(Shop, () => Facts);
        Assert.Null(early.Find(Shop));

        known.Of(Shop, () => Facts with { IsBroken = true });
        Assert.Null(known.Find(Shop));
    }

    [Fact]
    public async Task knows_when_a_certificate_is_next_seen_to_until_something_is_written_of_its_orders()
    {
        var known = Start();
        var next = _time.GetUtcNow().AddDays(30);
        known.Of(Shop, () => Facts);
        known.Of(Blog, () => Facts);
        Assert.Equal(next, known.Next(Shop, () => next));
        Assert.Null(known.Next(Blog, () => null));
        known.Save(now: true);

        var restarted = Start();
        Assert.Equal([next, DateTimeOffset.MaxValue], restarted.Unchanged([Shop, Blog]).Select(facts => facts!.Next!.Value));

        await File.WriteAllTextAsync(_scratch["home/shop/letsencrypt/order.json"], "{}");
        restarted = Start();
        Assert.Equal([null, DateTimeOffset.MaxValue], restarted.Unchanged([Shop, Blog]).Select(facts => facts!.Next));
        Assert.Null(restarted.Find(Shop)!.Next);
    }

    [Fact]
    public void writes_at_most_once_in_a_while()
    {
        var known = Start();
        known.Of(Shop, () => Facts);
        known.Save();
        var before = File.GetLastWriteTimeUtc(Kept);
        File.SetLastWriteTimeUtc(Kept, before.AddDays(-1));
        known.Of(Blog, () => Facts);
        known.Save();
        Assert.Null(Start().Unchanged([Blog])[0]);

        _time.Advance(TimeSpan.FromMinutes(11));
        known.Save();
        Assert.NotNull(Start().Unchanged([Blog])[0]);
    }

    [Fact]
    public void believes_nothing_of_a_file_that_was_cut_off_or_damaged()
    {
        Save();
        var whole = File.ReadAllBytes(Kept);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            Assert.Empty(KnownAppsFile.Read(whole.AsSpan(0, at), [Shop, Blog]));
            byte[] damaged = [.. whole];
            damaged[at] ^= change;
            Assert.Empty(KnownAppsFile.Read(damaged, [Shop, Blog]));
        });
        Assert.Equal(2, KnownAppsFile.Read(whole, [Shop, Blog]).Count);
    }

    [Fact]
    public void survives_whatever_somebody_writes_who_can_sum_it_up()
    {
        Save();
        var whole = File.ReadAllBytes(Kept)[..^SHA256.HashSizeInBytes];
        Gen.Select(Gen.Int[19, whole.Length - 1], Gen.Byte.Array[0, 12]).Sample((at, forged) =>
        {
            byte[] bytes = [.. whole];
            forged.AsSpan(0, Math.Min(forged.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));

            var read = KnownAppsFile.Read([.. bytes, .. SHA256.HashData(bytes)], [Shop, Blog]);

            Assert.All(read.Keys, app => Assert.Contains(app, (AppName[])[Shop, Blog]));
            Assert.All(read.Values.SelectMany(facts => facts.Names), name => Assert.True(DomainName.TryParseHost(name.Text, out _, out _)));
        });
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("nothing")]
    public void does_without_it(string what)
    {
        Save();
        File.Delete(Kept);
        if (what == "folder")
        {
            Directory.CreateDirectory(Kept);
        }
        else if (what == "link")
        {
            File.CreateSymbolicLink(Kept, "/dev/zero");
        }

        var known = Start();
        Assert.Equal([null, null], known.Unchanged([Shop, Blog]));
        Assert.Same(Facts.Names[0], known.Of(Shop, () => Facts).Names[0]);
        known.Save(now: true);
        Assert.Equal(what != "folder", Start().Unchanged([Shop])[0] is not null);
    }

    private void Save()
    {
        var known = Start();
        known.Of(Shop, () => Facts);
        known.Of(Blog, () => new AppFacts());
        known.Save(now: true);
    }

    private KnownApps Start() => new(Store(_time), _time);

    private FileStateStore Store(TimeProvider time) => new(new StateRoots(_scratch["home"], _scratch["lib"]), time);
}
