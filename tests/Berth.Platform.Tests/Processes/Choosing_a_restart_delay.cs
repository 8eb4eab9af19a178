using Berth.Platform.Processes;
using Berth.Platform.Processes.Supervision;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Choosing_a_restart_delay
{
    private static readonly Gen<double> Fraction = Gen.Double[0, 0.999999];

    [Fact]
    public void waits_not_at_all_before_the_first() =>
        Fraction.Sample(fraction => Assert.Equal(TimeSpan.Zero, RestartSchedule.DelayBefore(1, fraction)));

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 4)]
    [InlineData(10, 256)]
    [InlineData(11, 300)]
    [InlineData(12, 300)]
    public void doubles_from_a_second_to_five_minutes(int restart, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RestartSchedule.DelayBefore(restart, 0));

    [Fact]
    public void stays_between_three_quarters_of_a_second_and_five_minutes() =>
        Gen.Select(Gen.Int[2, int.MaxValue], Fraction).Sample((restart, fraction) =>
        {
            var delay = RestartSchedule.DelayBefore(restart, fraction);
            Assert.InRange(delay, TimeSpan.FromSeconds(0.75), TimeSpan.FromMinutes(5));
        });

    [Fact]
    public void never_gets_shorter_whatever_chance_says_two_restarts_apart() =>
        Gen.Select(Gen.Int[2, 100], Fraction, Fraction).Sample((restart, a, b) =>
            Assert.True(
                RestartSchedule.DelayBefore(restart + 2, a) >= RestartSchedule.DelayBefore(restart, b)
                || RestartSchedule.DelayBefore(restart, b) >= RestartSchedule.Longest * 0.75));

    [Theory]
    [InlineData("no", false, 0)]
    [InlineData("always", true, int.MaxValue)]
    [InlineData("unless-stopped", true, int.MaxValue)]
    [InlineData("on-failure", false, int.MaxValue)]
    [InlineData("on-failure:20", false, 20)]
    public void follows_a_policy_in_Dockers_words(string text, bool afterSuccess, int limit)
    {
        var policy = RestartPolicy.Parse(text);

        Assert.Equal((afterSuccess, limit, text), (policy.AfterSuccess, policy.Limit, policy.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sometimes")]
    [InlineData("on-failure:")]
    [InlineData("on-failure:-1")]
    [InlineData("on-failure:99999999999")]
    public void refuses_a_policy_that_is_none(string text) =>
        Assert.Equal(
            ProcessProblems.RestartPolicyInvalid,
            Assert.Throws<Kernel.ProblemException>(() => RestartPolicy.Parse(text)).Problem.Code);
}
