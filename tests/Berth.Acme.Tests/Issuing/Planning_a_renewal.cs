using System.Text.Json;
using Berth.Acme.Issuing;
using CsCheck;

namespace Berth.Acme.Tests.Issuing;

public sealed class Planning_a_renewal
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<RenewalAdvice> Advice = Gen.Select(Gen.Int[-5000, 5000], Gen.Int[1, 5000], Gen.Int[1, 1440]).Select(
        (start, length, pause) => new RenewalAdvice
        {
            Start = Now.AddMinutes(start),
            End = Now.AddMinutes(start + length),
            AskAgainAfter = TimeSpan.FromMinutes(pause),
            CertificateId = "aki.serial",
        });

    [Fact]
    public void picks_a_time_in_the_window_or_now_when_that_has_passed() => Advice.Select(Gen.Int).Sample((advice, seed) =>
    {
        var plan = RenewalPlan.Of(null, advice, Now, new Random(seed));

        Assert.True(plan.RenewAt == Now ? advice.Start <= Now : plan.RenewAt >= advice.Start && plan.RenewAt <= advice.End);
        Assert.True(plan.RenewAt >= Now);
        Assert.Equal(Now + advice.AskAgainAfter, plan.AskAgainAt);
    });

    [Fact]
    public void spreads_evenly_over_the_window()
    {
        var advice = new RenewalAdvice
        {
            Start = Now,
            End = Now.AddHours(10),
            AskAgainAfter = TimeSpan.FromHours(6),
            CertificateId = "a.b",
        };
        var random = new Random(1);

        var hours = Enumerable.Range(0, 10_000).GroupBy(_ => (int)(RenewalPlan.Of(null, advice, Now, random).RenewAt - Now).TotalHours);

        Assert.All(hours, hour => Assert.InRange(hour.Count(), 850, 1150));
    }

    [Fact]
    public void keeps_the_time_while_the_window_stays_and_picks_anew_when_it_moves()
    {
        var advice = new RenewalAdvice
        {
            Start = Now.AddDays(1),
            End = Now.AddDays(3),
            AskAgainAfter = TimeSpan.FromHours(6),
            CertificateId = "a.b",
        };
        var first = RenewalPlan.Of(null, advice, Now, new Random(1));

        var later = RenewalPlan.Of(first, advice with { ExplanationUrl = "https://ca.example/why" }, Now.AddHours(6), new Random(2));
        var moved = RenewalPlan.Of(later, advice with { Start = Now.AddDays(-2), End = Now.AddDays(-1) }, Now.AddHours(12), new Random(3));

        Assert.Equal(first.RenewAt, later.RenewAt);
        Assert.Equal("https://ca.example/why", later.ExplanationUrl);
        Assert.Equal(Now.AddHours(12), moved.RenewAt);
        Assert.True(moved.IsDue(Now.AddHours(12)));
    }

    [Fact]
    public void wakes_within_the_narrow_window_of_a_certificate_that_lives_160_hours() => Gen.Int.Sample(seed =>
    {
        var advice = new RenewalAdvice
        {
            Start = Now.AddMinutes(30),
            End = Now.AddHours(3.7),
            AskAgainAfter = TimeSpan.FromHours(6),
            CertificateId = "a.b",
        };

        var plan = RenewalPlan.Of(null, advice, Now, new Random(seed));

        Assert.InRange(plan.RenewAt, advice.Start, advice.End);
    });

    [Theory]
    [InlineData(0, 1)]
    [InlineData(30, 30)]
    [InlineData(100_000, 1440)]
    public void asks_again_after_silence_between_a_minute_and_a_day(int minutes, int clamped)
    {
        var plan = new RenewalPlan { WindowStart = Now, WindowEnd = Now.AddDays(1), RenewAt = Now.AddHours(1), AskAgainAt = Now };

        Assert.Equal(Now.AddMinutes(clamped), plan.Unanswered(Now, TimeSpan.FromMinutes(minutes)).AskAgainAt);
        Assert.Equal(plan.RenewAt, plan.Unanswered(Now, TimeSpan.Zero).RenewAt);
    }

    [Fact]
    public void is_kept_as_it_is() => Advice.Sample(advice =>
    {
        var plan = RenewalPlan.Of(null, advice, Now, new Random(5));
        var json = JsonSerializer.Serialize(plan, JournalJson.Default.RenewalPlan);
        Assert.Equal(plan, JsonSerializer.Deserialize(json, JournalJson.Default.RenewalPlan));
    });
}
