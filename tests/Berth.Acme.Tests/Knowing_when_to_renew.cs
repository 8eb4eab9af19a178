using CsCheck;

namespace Berth.Acme.Tests;

public sealed class Knowing_when_to_renew
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(90, 60)]
    [InlineData(45, 30)]
    [InlineData(10, 6.6666666)]
    [InlineData(9, 4.5)]
    [InlineData(6, 3)]
    public void is_a_third_of_the_lifetime_before_the_end_or_half_of_a_short_one(double lifetime, double due) => Assert.Equal(
        due, (RenewalTime.Of(Start, Start.AddDays(lifetime)) - Start).TotalDays, 0.00001);

    [Fact]
    public void is_a_fixed_time_before_the_end_when_one_is_given() =>
        Assert.Equal(Start.AddDays(70), RenewalTime.Of(Start, Start.AddDays(90), TimeSpan.FromDays(20)));

    [Fact]
    public void is_at_once_when_the_fixed_time_is_longer_than_the_lifetime() =>
        Assert.Equal(Start, RenewalTime.Of(Start, Start.AddDays(6), TimeSpan.FromDays(30)));

    [Fact]
    public void always_lies_within_the_lifetime_and_jitter_only_makes_it_earlier() =>
        Gen.Select(Gen.Double[-1, 1000], Gen.Double[-10, 1000].Nullable(), Gen.Double[-1, 2]).Sample((lifetime, grace, jitter) =>
        {
            var end = Start.AddDays(lifetime);
            TimeSpan? margin = grace is { } days ? TimeSpan.FromDays(days) : null;
            var due = RenewalTime.Of(Start, end, margin, jitter);

            Assert.True(due >= Start && (due <= end || end < Start));
            Assert.True(due <= RenewalTime.Of(Start, end, margin));
        });
}
