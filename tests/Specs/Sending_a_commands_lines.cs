using System.Buffers.Binary;
using System.Text;
using Berth.Control;
using Berth.Platform.CommandLine;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Specs;

/// <summary>What a command says on its way to the program that asked.</summary>
public sealed class Sending_a_commands_lines
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task sends_what_comes_together_as_one()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);

        Say(writer, "one\n");
        Say(writer, "two\n");
        await writer.EndAsync(3);

        Assert.Equal(["one\n", "two\n", "exit 3"], client.Frames);
        Assert.Equal(1, client.Writes);
    }

    [Fact]
    public async Task sends_without_waiting_what_is_to_be_seen_now()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);

        Say(writer, "one\n");
        await writer.FlushAsync(Cancel);
        Assert.Equal(["one\n"], client.Frames);

        Say(writer, "Your name? ");
        writer.WantInput(1);
        await client.HasAsync(3);
        Assert.Equal(["one\n", "Your name? ", "WantInput"], client.Frames);

        for (var i = 0; i < 3; i++)
        {
            Say(writer, new string('x', 30_000));
        }

        await client.HasAsync(6);
        await writer.EndAsync(0);
        Assert.Equal("exit 0", client.Frames[6]);
    }

    [Fact]
    public async Task keeps_the_lines_of_a_quick_command_for_its_end()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);

        Say(writer, "one\n");
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(client.Frames);

        await writer.EndAsync(0);
        Assert.Equal(["one\n", "exit 0"], client.Frames);
    }

    [Fact]
    public async Task sends_what_there_is_to_a_client_that_waits_and_what_follows_soon()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);
        Say(writer, "one\n");

        writer.ClientWaits();
        Assert.Equal(["one\n"], client.Frames);

        Say(writer, "two\n");
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Say(writer, "three\n");
        Assert.Single(client.Frames);
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(["one\n", "two\n", "three\n"], client.Frames);
        Assert.Equal(2, client.Writes);

        Say(writer, "four\n");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("four\n", client.Frames[^1]);
        await writer.EndAsync(0);
    }

    [Fact]
    public async Task sends_soon_what_follows_once_input_is_wanted()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);

        writer.WantInput(1);
        Say(writer, "one\n");
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.Equal(["WantInput", "one\n"], client.Frames);
        await writer.EndAsync(0);
    }

    [Fact]
    public async Task sends_in_order_what_comes_while_the_client_takes_what_came_before()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);
        client.Stop();
        string[] lines = [.. Enumerable.Range(0, 1000).Select(i => $"{i} {new string('x', i)}\n")];

        Say(writer, lines[0]);
        var first = writer.FlushAsync(Cancel);
        foreach (var line in lines.Skip(1))
        {
            Say(writer, line);
        }

        writer.ClientWaits();
        var end = writer.EndAsync(0);
        Assert.False(first.IsCompleted);
        client.GoOn();
        await first;
        await end;

        Assert.Equal([.. lines, "exit 0"], client.Frames);
    }

    [Fact]
    public async Task says_nothing_behind_the_status()
    {
        var client = new SlowClient();
        using var writer = new FrameWriter(client, _time);

        await writer.EndAsync(0);
        Say(writer, "late\n");
        await writer.FlushAsync(Cancel);

        Assert.Equal(["exit 0"], client.Frames);
    }

    [Fact]
    public async Task drops_lines_a_reader_does_not_take_but_never_the_status()
    {
        var client = new SlowClient();
        client.Stop();
        using var writer = new FrameWriter(client, _time);
        var line = new string('x', 30_000);
        for (var i = 0; i < 1000; i++)
        {
            Say(writer, line);
        }

        var end = writer.EndAsync(7);
        client.GoOn();
        await end;

        Assert.Equal("exit 7", client.Frames[^1]);
        Assert.Equal(((16 << 20) / (line.Length + 5)) + 2, client.Frames.Count);
    }

    [Fact]
    public async Task outlives_a_reader_that_goes()
    {
        var client = new SlowClient { IsGone = true };
        using var writer = new FrameWriter(client, _time);

        Say(writer, "one\n");
        await writer.FlushAsync(Cancel);
        Say(writer, "two\n");
        await writer.EndAsync(0);

        Assert.Empty(client.Frames);
    }

    private static void Say(FrameWriter writer, string text) => writer.Write(OutputChannel.Standard, Encoding.UTF8.GetBytes(text));

    /// <summary>Keeps what it is sent, while it reads at all.</summary>
    private sealed class SlowClient : MemoryStream
    {
        private readonly Lock _reading = new();
        private readonly List<(int Count, TaskCompletionSource Reached)> _waiting = [];
        private TaskCompletionSource _goOn = Done();
        private KnownFrames _frames = new([], 0);

        internal bool IsGone { get; init; }

        internal int Writes { get; private set; }

        internal IReadOnlyList<string> Frames => _frames.Texts;

        internal void Stop() => _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void GoOn() => _goOn.SetResult();

        internal Task HasAsync(int count)
        {
            lock (_reading)
            {
                var reached = Frames.Count >= count ? Done() : new(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Add((count, reached));
                return reached.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _goOn.Task;
            if (IsGone)
            {
                throw new IOException("gone");
            }

            lock (_reading)
            {
                Writes++;
                Write(buffer.Span);
                _frames = _frames.With(GetBuffer().AsSpan(0, (int)Length));
                foreach (var (_, reached) in _waiting.Where(each => each.Count <= Frames.Count))
                {
                    reached.TrySetResult();
                }
            }
        }

        private static TaskCompletionSource Done()
        {
            var done = new TaskCompletionSource();
            done.SetResult();
            return done;
        }
    }

    /// <summary>The whole frames of what has come so far.</summary>
    private sealed record KnownFrames(IReadOnlyList<string> Texts, int Read)
    {
        internal KnownFrames With(ReadOnlySpan<byte> all)
        {
            var (texts, read) = (Texts.ToList(), Read);
            while (all.Length - read >= 5 && BinaryPrimitives.ReadInt32LittleEndian(all[(read + 1)..]) is var length && all.Length - read >= 5 + length)
            {
                var content = all.Slice(read + 5, length);
                texts.Add((FrameKind)all[read] switch
                {
                    FrameKind.Exit => $"exit {BinaryPrimitives.ReadInt32LittleEndian(content)}",
                    FrameKind.WantInput => nameof(FrameKind.WantInput),
                    _ => Encoding.UTF8.GetString(content),
                });
                read += 5 + length;
            }

            return new(texts, read);
        }
    }
}
