using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt.Lineages;

/// <summary>The index of next attempts.</summary>
public sealed class Minding_many_certificates
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void asks_every_one_in_turn_and_the_new_ones_first()
    {
        var index = new RenewalIndex();
        var apps = Apps(10);
        index.Follow(apps[..8]);
        Assert.Equal(apps[..3], index.Slice(3));
        index.Follow(apps);
        Assert.True(index.HasFresh);
        Assert.Equal(apps[3..10], index.Slice(7));
        Assert.False(index.HasFresh);
        Assert.Equal(apps[..3], index.Slice(3));
    }

    [Fact]
    public void never_forgets_one_and_never_keeps_one_that_is_gone() => Gen.Select(Gen.Int[1, 40], Gen.Int[0, 40], Gen.Int[1, 9]).Sample((before, after, slice) =>
    {
        var index = new RenewalIndex();
        index.Follow(Apps(before));
        foreach (var app in Apps(before))
        {
            index.Set(app, Now);
        }

        index.Slice(slice);
        index.Follow(Apps(after));
        var seen = new HashSet<AppName>();
        for (var look = 0; look < before + after + 1; look++)
        {
            seen.UnionWith(index.Slice(slice));
        }

        Assert.Equal(Apps(after).ToHashSet(), seen);
        Assert.Equal(Apps(Math.Min(before, after)).ToHashSet(), index.Due(Now).ToHashSet());
    });

    [Fact]
    public void never_sleeps_past_a_time_whatever_is_set_and_however_the_clock_goes() => Gen.Select(Gen.Int[0, 9], Gen.Int[-100, 100], Gen.Int[-20, 20]).Array[0, 60].Sample(steps =>
    {
        var index = new RenewalIndex();
        var apps = Apps(10);
        index.Follow(apps);
        var (now, next) = (Now, new Dictionary<int, DateTimeOffset>());
        foreach (var (app, minutes, passed) in steps)
        {
            now = now.AddMinutes(passed);
            next[app] = now.AddMinutes(minutes);
            index.Set(apps[app], next[app]);
            var first = index.NextAfter(now);
            Assert.True(first is null || first > now);
            Assert.True(next.Values.All(at => at <= now || first <= at));
        }
    });

    [Fact]
    public void gives_turns_to_the_most_urgent_whose_server_has_one() => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1000], Gen.Bool).Array[0, 50].Sample(waiting =>
    {
        var line = new RenewalLine(TimeProvider.System);
        var apps = Apps(waiting.Length);
        var ordered = waiting.Select((one, i) => (App: apps[i], Rank: new RenewalRank(one.Item3, Now.AddMinutes(one.Item2), $"{one.Item1}"))).OrderBy(one => one.Rank).ToArray();
        line.Set(ordered);
        var taken = new List<AppName>();
        while (line.TryTake(rank => rank.Server == "3" || (rank is { Server: "4", CanWait: true }), out var app))
        {
            taken.Add(app);
        }

        Assert.True(line.IsStale);
        var expected = ordered.Select(one => one.Rank).Where(rank => rank.Server != "3" && (rank is not { Server: "4", CanWait: true })).ToArray();
        Assert.Equal(
            expected.Select(rank => (rank.CanWait, rank.Expires)), taken.Select(app => ordered.Single(one => one.App == app).Rank).Select(rank => (rank.CanWait, rank.Expires)));
        Assert.Equal(expected.Length, taken.Distinct().Count());
    });

    /// <summary>Many that have expired, and keep failing for minutes each, would let all others expire behind them.</summary>
    [Fact]
    public void keeps_turns_from_those_that_keep_failing_for_those_behind_them()
    {
        var apps = Apps(12).ToArray();
        var line = new RenewalLine(TimeProvider.System);
        line.Set([
            .. apps[..9].Select(app => (app, new RenewalRank(false, Now.AddDays(-9), "server") { HasFailed = true })),
            .. apps[9..].Select(app => (app, new RenewalRank(false, Now.AddDays(9), "server")))]);
        var (turns, stuck) = (new RenewalTurns(), new TaskCompletionSource<TimeSpan>());

        var taken = new List<AppName>();
        while (line.TryTake(rank => turns.AreTakenAt(rank.Server, rank.Yields), out var app))
        {
            turns.Begin(app, "server", () => stuck.Task, static () => { });
            taken.Add(app);
        }

        Assert.Equal([.. apps[..6], .. apps[9..11]], taken);
    }

    [Fact]
    public void puts_very_many_into_order_now_and_then_and_a_few_at_each_look()
    {
        var time = new FakeTimeProvider();
        var line = new RenewalLine(time);
        Assert.True(line.IsStale);
        line.Set([.. Apps(1_001).Select(app => (app, new RenewalRank(false, Now, "server")))]);
        Assert.False(line.IsStale);
        time.Advance(line.StaleIn!.Value);
        Assert.True(line.IsStale);

        line.Set([.. Apps(1_001).Select(app => (app, new RenewalRank(false, Now, "server")))]);
        Assert.True(line.TryTake(_ => false, out _) && line.TryTake(_ => false, out _));
        Assert.Equal((true, null), (line.IsStale, line.StaleIn));
    }

    [Fact]
    public async Task keeps_turns_at_a_server_for_those_that_cannot_wait()
    {
        var (turns, stuck) = (new RenewalTurns(), new TaskCompletionSource<TimeSpan>());
        var apps = Apps(8).ToArray();
        foreach (var app in apps[..6])
        {
            Assert.False(turns.AreTakenAt("server", yields: true));
            turns.Begin(app, "server", () => stuck.Task, static () => { });
        }

        Assert.True(turns.AreTakenAt("server", yields: true));
        Assert.False(turns.AreTakenAt("other", yields: true));
        foreach (var app in apps[6..])
        {
            Assert.False(turns.AreTakenAt("server", yields: false));
            turns.Begin(app, "server", () => stuck.Task, static () => { });
        }

        Assert.True(turns.AreTakenAt("server", yields: false));
        stuck.SetResult(TimeSpan.Zero);
        await turns.EndAsync();
    }

    [Fact]
    public void knows_the_next_time_and_what_is_due_then() => Gen.Int[-100, 100].Array[0, 50].Sample(minutes =>
    {
        var index = new RenewalIndex();
        var apps = Apps(minutes.Length);
        index.Follow(apps);
        for (var i = 0; i < minutes.Length; i++)
        {
            index.Set(apps[i], Now.AddMinutes(minutes[i]));
        }

        Assert.Equal(minutes.Count(minute => minute <= 0), index.Due(Now).Count);
        Assert.Equal(minutes.Where(minute => minute > 0).Select(minute => (DateTimeOffset?)Now.AddMinutes(minute)).Min(), index.NextAfter(Now));
    });

    private static AppName[] Apps(int count) => [.. Enumerable.Range(0, count).Select(i => AppName.Parse($"app{i}"))];
}
