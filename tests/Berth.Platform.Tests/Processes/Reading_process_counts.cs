using Berth.Kernel;
using Berth.Platform.Processes;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Reading_process_counts
{
    [Fact]
    public void takes_the_first_of_a_type_that_comes_twice() =>
        Assert.Equal(["web=2", "worker=0"], PsScaling.Counts(["web=2", "worker=0", "web=5"]).Select(pair => $"{pair.Key}={pair.Value}"));

    [Theory]
    [InlineData("web", "Missing count for process type web")]
    [InlineData("web=", "Invalid count for process type web")]
    [InlineData("web=two", "Invalid count for process type web")]
    [InlineData("web=-1", "Invalid count for process type web")]
    [InlineData("web=1e3", "Invalid count for process type web")]
    [InlineData("web=99999999999", "Invalid count for process type web")]
    [InlineData("web=201", "Invalid count for process type web")]
    [InlineData("web=1=1", "Invalid count for process type web")]
    public void says_of_the_others_what_scripts_look_for(string word, string found) =>
        Assert.Equal(found, Assert.Throws<ProblemException>(() => PsScaling.Counts([word])).Problem.Found);

    [Fact]
    public void never_fails_otherwise_and_keeps_no_count_out_of_bounds() => Gen.String.Array[0, 3].Sample(words =>
    {
        try
        {
            Assert.All(PsScaling.Counts(words).Values, count => Assert.InRange(count, 0, ProcessPlan.CountLimit));
        }
        catch (ProblemException e)
        {
            Assert.Contains(e.Problem.Code, (ProblemCode[])[ProcessStateProblems.ScaleInvalid, ProcessProblems.TypeInvalid]);
        }
    });
}
