using Berth.TestKit;

namespace Berth.Specs;

internal static class Failing
{
    /// <summary>Runs a command that must end with 1 and, on a pipe, with one line alone: the one scripts look for.</summary>
    public static async Task FailsAsync(this BerthServer berth, string line, params string[] words)
    {
        var result = await berth.RunAsync(words);
        Assert.Equal((1, $" !     {line}\n"), (result.Status, result.Error));
    }
}
