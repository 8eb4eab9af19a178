using System.Diagnostics;

namespace Berth.Kernel.Tests;

public sealed class Waiting_for_a_process_to_end
{
    [Fact]
    public async Task tells_one_that_lives_from_one_that_ended()
    {
        using var process = Process.Start("sleep", ["600"]);
        using var end = new ProcessEnd(process.Id);
        Assert.False(end.ComesWithin(TimeSpan.FromMilliseconds(1)));

        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(end.ComesWithin(TimeSpan.Zero));
        using var late = new ProcessEnd(process.Id);
        Assert.True(late.ComesWithin(TimeSpan.Zero));
    }
}
