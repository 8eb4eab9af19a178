using Berth.Platform.LetsEncrypt;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Spelling_remaining_time
{
    [Theory]
    [InlineData(7_718_410, "89d, 8h, 10s")]
    [InlineData(59, "59s")]
    [InlineData(3600, "1h")]
    [InlineData(90_061, "1d, 1h, 1m, 1s")]
    [InlineData(-7200, "2h ago")]
    [InlineData(0, "")]
    public void leaves_out_what_is_zero_and_says_ago_for_the_past(long seconds, string expected) =>
        Assert.Equal(expected, RemainingTime.Format(TimeSpan.FromSeconds(seconds)));
}
