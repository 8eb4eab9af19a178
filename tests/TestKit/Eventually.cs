using Xunit;

namespace Berth.TestKit;

/// <summary>Waits for something that happens by itself in another process and tells nobody.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<Task<bool>> condition) =>
        LacksNothingAsync(async () => await condition() ? null : $"did not come about within {Patience}");

    /// <summary>Waits until what is found has these words.</summary>
    public static Task HasAsync(string words, Func<Task<string>> find) => LacksNothingAsync(
        async () => await find() is var found && found.Contains(words, StringComparison.Ordinal) ? null : $"{words}: not within {Patience} in\n{found}");

    private static async Task LacksNothingAsync(Func<Task<string?>> whatLacks)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await whatLacks() is { } lack)
        {
            Assert.False(limit.IsCancellationRequested, lack);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }
}
