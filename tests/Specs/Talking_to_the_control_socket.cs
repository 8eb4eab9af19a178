using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Berth.Control;
using Berth.TestKit;
using CsCheck;

namespace Berth.Specs;

/// <summary>Whoever may open the socket may still send anything: heads, frames and calls of every kind, cut off anywhere.</summary>
public sealed class Talking_to_the_control_socket
{
    private const string Upgrade = "GET /v1/command HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: berth-command\r\n\r\n";
    private const byte Call = 16;
    private const byte Input = 17;

    private static readonly string[] Heads =
    [
        "", "\r\n", "GET", "GET / HTTP/1.1\r\n\r\n", "POST /v1/command HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", Upgrade, Upgrade, Upgrade, Upgrade[..60],
        Upgrade.Replace("1.1", "2.0", StringComparison.Ordinal), Upgrade.Replace("/v1", "/../v1", StringComparison.Ordinal), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /v1/command HTTP/1.1\r\nHost: a\r\nHost: b\r\nUpgrade: berth-command\r\nConnection: Upgrade\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
        "GET /" + new string('a', 20_000) + " HTTP/1.1\r\n\r\n",
    ];

    private static readonly CallRequest[] Calls =
    [
        Asking(), Asking("apps:list"), Asking("config:import", "--global"), Asking("\ud800"), Asking("\0"), Asking("apps:create", ""), Asking("") with { Program = "", SshName = "" },
        Asking("apps:list") with { WithinPlugin = true, Operations = ["", "x"] }, Asking("plugn", "trigger", "x") with { WithinPlugin = true }, Asking([.. Enumerable.Repeat("x", 5000)]),
    ];

    // A call as it should be, cut off, or with a byte of it changed.
    private static readonly Gen<byte[]> Body = Gen.Frequency(
        (4, Gen.OneOf(Calls).Select(call => call.ToBytes())),
        (2, Gen.Select(Gen.OneOf(Calls), Gen.Int[0, 200]).Select((call, length) => call.ToBytes()[..Math.Min(length, call.ToBytes().Length)])),
        (4, Gen.Select(Gen.OneOf(Calls), Gen.Int[0, 60], Gen.Byte).Select((call, at, value) => Changed(call.ToBytes(), at, value))),
        (1, Gen.Byte.Array[0, 100]));

    private static readonly Gen<byte[]> Frame = Gen.Select(
        Gen.Frequency((6, Gen.Const(Call)), (2, Gen.Byte)), Body, Gen.Frequency((8, Gen.Const((int?)null)), (1, Gen.Int.Select(length => (int?)length))),
        (kind, body, length) => Framed(kind, body, length));

    private static readonly Gen<byte[]> Sent = Gen.Select(
        Gen.Frequency((6, Gen.OneOf(Heads)), (1, Gen.String)), Frame.Array[0, 4], Gen.Byte.Array[0, 20],
        (head, frames, rest) => (byte[])[.. Encoding.UTF8.GetBytes(head), .. frames.SelectMany(frame => frame), .. rest]);

    [Fact]
    public async Task never_shakes_the_daemon()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");

        await Sent.SampleAsync(bytes => SendAsync(berth, bytes), iter: 300, threads: 1);

        Assert.Equal("app\n", await berth.OkAsync("--quiet", "apps:list"));
        Assert.DoesNotContain("   at ", berth.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", berth.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task hangs_up_on_who_stays_when_all_is_said()
    {
        await using var berth = await BerthServer.StartAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));

        using var socket = await SayAsync(berth, [.. Encoding.UTF8.GetBytes(Upgrade), .. Framed(Call, Asking("apps:list").ToBytes(), null)]);
        var answer = new MemoryStream();
        await using var stream = new NetworkStream(socket);
        await stream.CopyToAsync(answer, patience.Token);

        Assert.Contains("My Apps", Encoding.UTF8.GetString(answer.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task is_not_held_up_at_its_end_by_who_says_half_or_does_not_listen()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");
        await berth.OkAsync(["config:set", "app", .. Enumerable.Range(0, 10).Select(i => $"K{i}={new string('x', 100_000)}")]);
        var call = Framed(Call, Asking("config:show", "app").ToBytes(), null);
        using var halfHead = await SayAsync(berth, Encoding.UTF8.GetBytes(Upgrade[..60]));
        using var noCall = await SayAsync(berth, Encoding.UTF8.GetBytes(Upgrade));
        using var halfCall = await SayAsync(berth, [.. Encoding.UTF8.GetBytes(Upgrade), .. call[..9]]);
        using var deaf = await SayAsync(berth, [.. Encoding.UTF8.GetBytes(Upgrade), .. call]);

        // It listens to the first words only, so that the command is known to be at it.
        await using var stream = new NetworkStream(deaf);
        await stream.ReadExactlyAsync(new byte[1000], TestContext.Current.CancellationToken);

        await berth.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ends_a_command_whose_client_goes_after_it_has_said_too_much()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");
        using (var socket = await SayAsync(
            berth, [.. Encoding.UTF8.GetBytes(Upgrade), .. Framed(Call, Asking("events", "-t").ToBytes(), null), .. Framed(Input, [], null), .. Framed(Input, [1], null)]))
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(Stream.Null, patience.Token);
        }
    }

    private static async Task<Socket> SayAsync(BerthServer berth, byte[] bytes)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{berth.Lib}/run/berth.sock"));
        await socket.SendAsync(bytes);
        return socket;
    }

    private static async Task SendAsync(BerthServer berth, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{berth.Lib}/run/berth.sock"));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await socket.SendAsync(bytes, patience.Token);
            socket.Shutdown(SocketShutdown.Send);
            var answer = new MemoryStream();
            await using var stream = new NetworkStream(socket);
            await stream.CopyToAsync(answer, patience.Token);
            Assert.DoesNotContain("a fault of its own", Encoding.UTF8.GetString(answer.ToArray()), StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // Hung up on.
        }
    }

    private static byte[] Framed(byte kind, byte[] body, int? length)
    {
        var frame = new byte[5 + body.Length];
        frame[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), length ?? body.Length);
        body.CopyTo(frame, 5);
        return frame;
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        bytes[at % bytes.Length] = value;
        return bytes;
    }

    private static CallRequest Asking(params string[] words) =>
        new() { Words = words, Program = "dokku", OutputIsTerminal = false, ErrorIsTerminal = false, Colour = false };
}
