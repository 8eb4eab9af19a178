using Xunit;

namespace Berth.TestKit;

/// <summary>Waits for something that happens by itself in another process and tells nobody.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until what is found has these words.</summary>
    public static async Task HasAsync(string words, Func<Task<string>> find)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await find() is var found && !found.Contains(words, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, $"{words}: not within {Patience} in\n{found}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"did not come about within {Patience}");
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }
}
