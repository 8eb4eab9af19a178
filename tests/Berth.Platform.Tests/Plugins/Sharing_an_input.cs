using System.Diagnostics;
using System.Text;
using Berth.Platform.Plugins;

namespace Berth.Platform.Tests.Plugins;

public sealed class Sharing_an_input
{
    [Fact]
    public async Task gives_the_next_program_what_the_first_left_unread()
    {
        var input = new SharedInput(() => new MemoryStream(Encoding.ASCII.GetBytes("one\ntwo\nthree\n")));
        Assert.Equal("", await RunAsync(input, "true"));
        Assert.Equal("one\ntwo\nthree\n", await RunAsync(input, "cat"));
        Assert.Equal("", await RunAsync(input, "cat"));
    }

    [Fact]
    public async Task splits_where_the_first_program_stopped_reading()
    {
        var input = new SharedInput(() => new MemoryStream(Encoding.ASCII.GetBytes("onetwo")));
        Assert.Equal("one", await RunAsync(input, "dd", "bs=1", "count=3", "status=none"));
        Assert.Equal("two", await RunAsync(input, "cat"));
    }

    [Fact]
    public async Task survives_a_program_that_ends_before_a_large_input_does()
    {
        var large = new byte[3 << 20];
        new Random(7).NextBytes(large);
        var input = new SharedInput(() => new MemoryStream(large));
        Assert.Equal("", await RunAsync(input, "true"));
        Assert.StartsWith((3 << 20).ToString(provider: null), await RunAsync(input, "wc", "-c"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task asks_for_nothing_when_nobody_runs_and_never_twice()
    {
        var asked = 0;
        var input = new SharedInput(() =>
        {
            asked++;
            return new MemoryStream("x"u8.ToArray());
        });
        Assert.Equal(0, asked);
        await RunAsync(input, "cat");
        await RunAsync(input, "cat");
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task does_not_wait_for_an_input_that_never_ends()
    {
        using var endless = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.In);
        var input = new SharedInput(() => endless);
        Assert.Equal("", await RunAsync(input, "true").WaitAsync(TimeSpan.FromSeconds(30)));
        endless.ClientSafePipeHandle.Dispose();
    }

    private static async Task<string> RunAsync(SharedInput input, string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        await input.FeedAsync(process.StandardInput.BaseStream, process.WaitForExitAsync());
        return await output;
    }
}
