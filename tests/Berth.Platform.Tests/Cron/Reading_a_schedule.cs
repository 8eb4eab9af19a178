using Berth.Platform.Cron;
using CsCheck;

namespace Berth.Platform.Tests.Cron;

public sealed class Reading_a_schedule
{
    [Fact]
    public void gives_back_what_it_writes() =>
        Gen.Select(Field(0, 59), Field(0, 23), Field(1, 31), Field(1, 12), Field(0, 6)).Sample((minutes, hours, days, months, weekdays) =>
        {
            var schedule = new CronSchedule(minutes, hours, days, months, weekdays, null);
            Assert.Equal(schedule, Parsed(schedule.ToString()));
        });

    [Fact]
    public void gives_back_a_pause() => Gen.Int[1, 31_536_000].Sample(seconds =>
    {
        var schedule = new CronSchedule(0, 0, 0, 0, 0, TimeSpan.FromSeconds(seconds));
        Assert.Equal(schedule, Parsed(schedule.ToString()));
    });

    [Fact]
    public void refuses_or_reads_whatever_it_is_given() => Gen.OneOf(Gen.String, Gen.String[Gen.Char["*/-, 0159?@everyhmsTZ="], 0, 30]).Sample(text =>
    {
        var valid = CronSchedule.TryParse(text, out var schedule, out var reason);
        Assert.Equal(valid, schedule is not null);
        Assert.Equal(valid, reason is null);
        if (valid)
        {
            Assert.Equal(schedule, Parsed(schedule!.ToString()));
        }
    });

    [Theory]
    [InlineData("@daily", "0 0 * * *")]
    [InlineData("@midnight", "0 0 * * *")]
    [InlineData("@hourly", "0 * * * *")]
    [InlineData("@weekly", "0 0 * * 0")]
    [InlineData("@monthly", "0 0 1 * *")]
    [InlineData("@yearly", "0 0 1 1 *")]
    [InlineData("@every 1h30m", "@every 5400s")]
    [InlineData("*/15 * * * *", "0,15,30,45 * * * *")]
    [InlineData("5/20 1-3 ? jan-mar MON,Fri", "5,25,45 1,2,3 * 1,2,3 1,5")]
    [InlineData("10-20/5 0 1 1 0", "10,15,20 0 1 1 0")]
    [InlineData("  0   4  *  *  * ", "0 4 * * *")]
    [InlineData("TZ=UTC 0 4 * * *", "0 4 * * *")]
    public void reads_what_people_write(string text, string expected) => Assert.Equal(expected, Parsed(text).ToString());

    [Theory]
    [InlineData("", "expected exactly 5 fields, found 0")]
    [InlineData("* * * *", "expected exactly 5 fields, found 4")]
    [InlineData("* * * * * *", "expected exactly 5 fields, found 6")]
    [InlineData("60 * * * *", "minute is outside 0-59")]
    [InlineData("* 24 * * *", "hour is outside 0-23")]
    [InlineData("* * 0 * *", "day of month is outside 1-31")]
    [InlineData("* * * 13 *", "month is outside 1-12")]
    [InlineData("* * * * 7", "day of week is outside 0-6")]
    [InlineData("5-1 * * * *", "beginning of range (5) beyond end of range (1)")]
    [InlineData("*/0 * * * *", "step of range should be a positive number")]
    [InlineData("x * * * *", "failed to parse minute")]
    [InlineData("*-5 * * * *", "failed to parse minute")]
    [InlineData("1,,2 * * * *", "failed to parse minute")]
    [InlineData("1/2/3 * * * *", "too many slashes")]
    [InlineData("@reboot", "unrecognized descriptor")]
    [InlineData("@every", "unrecognized descriptor")]
    [InlineData("@every 5", "failed to parse duration")]
    [InlineData("@every 0s", "failed to parse duration")]
    [InlineData("@every 99999999h", "failed to parse duration")]
    [InlineData("TZ=../../etc/passwd * * * * *", "provided bad location")]
    [InlineData("99999999999999999999 * * * *", "failed to parse minute")]
    public void says_what_is_wrong(string text, string expected)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    private static CronSchedule Parsed(string text) =>
        CronSchedule.TryParse(text, out var schedule, out var reason) ? schedule : throw new FormatException(reason);

    private static Gen<ulong> Field(int least, int most) =>
        Gen.Int[least, most].List[1, 8].Select(values => values.Aggregate(0UL, (bits, value) => bits | 1UL << value));
}
