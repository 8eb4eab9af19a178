using Berth.Control;

namespace Berth.Specs;

/// <summary>How much of its standard input a client is asked for while a command reads.</summary>
public sealed class Asking_for_input
{
    private const int Ahead = 256 * 1024;
    private const int Step = 64 * 1024;

    [Theory]
    [InlineData(1, false)]
    [InlineData(1000, true)]
    [InlineData(Step, false)]
    public async Task lets_no_more_lie_unread_and_asks_for_more_in_time(int piece, bool synchronous)
    {
        const int all = 600_000;
        var (wanted, taken) = (0, 0);
        await using var input = new WantedInput(new MemoryStream(new byte[all]), bytes => wanted += bytes);
        Assert.Equal(Ahead, wanted);

        var buffer = new byte[piece];
        for (var read = 1; read > 0;)
        {
            read = synchronous ? input.Read(buffer) : await input.ReadAsync(buffer, TestContext.Current.CancellationToken);
            taken += read;
            Assert.InRange(wanted - taken, Ahead - Step + 1, Ahead);
        }

        Assert.Equal(all, taken);
    }
}
