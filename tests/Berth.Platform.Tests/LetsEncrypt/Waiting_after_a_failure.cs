using Berth.Platform.LetsEncrypt.Lineages;
using CsCheck;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Waiting_after_a_failure
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 10)]
    [InlineData(2, 100)]
    [InlineData(3, 1440)]
    [InlineData(400, 1440)]
    public void takes_longer_each_time_and_up_to_a_tenth_more(int failures, int minutes)
    {
        var wait = new RetryLadder(new Random(7)).Wait(failures, asked: null);
        Assert.InRange(wait, TimeSpan.FromMinutes(minutes), TimeSpan.FromMinutes(minutes * 1.1));
    }

    [Fact]
    public void is_never_shorter_than_the_server_asked() => Gen.Select(Gen.Int[0, 20], Gen.Int[0, 1_000_000]).Sample((failures, seconds) =>
        Assert.True(new RetryLadder(new Random(failures)).Wait(failures, TimeSpan.FromSeconds(seconds)) >= TimeSpan.FromSeconds(seconds)));
}
