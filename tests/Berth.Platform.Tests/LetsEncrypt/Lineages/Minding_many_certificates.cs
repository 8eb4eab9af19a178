using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;
using CsCheck;

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
