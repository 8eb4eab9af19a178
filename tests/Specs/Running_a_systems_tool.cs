using Berth.Authority;

namespace Berth.Specs;

/// <summary>Tools of the system that <c>berth ca</c> runs: certutil, keytool, pg_dump.</summary>
public sealed class Running_a_systems_tool
{
    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public void keeps_the_end_of_what_it_says_however_much_that_is()
    {
        var (fault, output) = Tool.Run("sh", ["-c", "head -c 20000000 /dev/zero; echo; echo the end; exit 3"]);

        Assert.Equal("the end", fault);
        Assert.InRange(output.Length, 1, 32 * 1024);
    }

    [Fact]
    public void does_not_wait_for_ever_for_what_it_leaves_running()
    {
        var (fault, _) = Tool.Run("sh", Nothing, TimeSpan.FromSeconds(0.3), "-c", "sleep 5 & echo started");

        Assert.Equal("sh did not end within 0.3 seconds", fault);
    }
}
