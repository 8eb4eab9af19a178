using System.Buffers;
using System.Net.Security;
using Berth.Edge.Tls;
using CsCheck;

namespace Berth.Edge.Tests;

public sealed class Reading_a_tls_hello
{
    private static readonly Gen<byte[]> Noise = Gen.Byte.Array[0, 300];

    [Theory]
    [InlineData("app.example", "acme-tls/1", true)]
    [InlineData("app.example", "h2,http/1.1", false)]
    [InlineData("app.example", "acme-tls/1,h2", false)]
    [InlineData("1.2.0.192.in-addr.arpa", "acme-tls/1", true)]
    [InlineData("", "acme-tls/1", true)]
    [InlineData("app.example", "", false)]
    public async Task finds_name_and_protocols(string name, string protocols, bool onlyAcme)
    {
        var bytes = await HelloAsync(name, protocols);

        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out var hello));

        Assert.Equal(new ClientHello(name.Length > 0 ? name : null, onlyAcme), hello);
    }

    [Fact]
    public async Task waits_for_the_last_byte_and_no_longer()
    {
        var bytes = await HelloAsync("app.example", "acme-tls/1");
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(ClientHello.TryRead(new ReadOnlySequence<byte>(bytes, 0, length), out _), $"{length} of {bytes.Length}");
        }

        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>([.. bytes, .. new byte[50]]), out var hello));
        Assert.True(hello!.OffersOnlyAcme);
    }

    [Fact]
    public async Task takes_no_memory_for_each_byte_that_trickles_in()
    {
        var bytes = await HelloAsync("app.example", "acme-tls/1");
        ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var length = 0; length <= bytes.Length; length++)
        {
            ClientHello.TryRead(new ReadOnlySequence<byte>(bytes, 0, length), out _);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2048);
    }

    [Fact]
    public async Task puts_records_of_any_length_together()
    {
        var bytes = await HelloAsync("app.example", "acme-tls/1");
        Gen.Int[1, 600].List[1, 20].Sample(sizes =>
        {
            var records = Cut(bytes[5..], sizes);
            Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(records), out var hello));
            Assert.Equal(new ClientHello("app.example", true), hello);
        });
    }

    [Fact]
    public async Task gives_up_on_what_grows_beyond_its_limit()
    {
        var whole = ClientHello.Longest - 4;
        byte[] longest = [22, 3, 1, 0x3f, 0xff, 1, 0, (byte)(whole >> 8), (byte)whole, .. new byte[ClientHello.Longest]];
        Assert.False(ClientHello.TryRead(new ReadOnlySequence<byte>(longest, 0, ClientHello.Longest - 1), out _));
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(longest), out var hello));
        Assert.Null(hello);

        byte[] longer = [22, 3, 1, 0x3f, 0xff, 1, 0, (byte)((whole + 1) >> 8), (byte)(whole + 1)];
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(longer), out hello));
        Assert.Null(hello);

        // One byte a record, each a header of five: the limit is on what was received.
        var drip = Cut((await HelloAsync("app.example", "acme-tls/1"))[5..], [1]);
        Assert.True(ClientHello.TryRead(new ReadOnlySequence<byte>(drip), out hello));
        Assert.NotNull(hello);
    }

    [Fact]
    public void survives_noise() => Gen.Select(Gen.Bool, Noise).Sample((framed, noise) =>
    {
        byte[] bytes = framed ? [22, 3, 1, (byte)(noise.Length >> 8), (byte)noise.Length, 1, 0, 0, (byte)noise.Length, .. noise] : noise;
        ClientHello.TryRead(new ReadOnlySequence<byte>(bytes), out _);
    });

    [Fact]
    public async Task survives_any_changed_byte()
    {
        var bytes = await HelloAsync("app.example", "acme-tls/1");
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            var changed = (byte[])bytes.Clone();
            changed[at] = value;
            ClientHello.TryRead(new ReadOnlySequence<byte>(changed), out _);
        });
    }

    private static byte[] Cut(byte[] message, List<int> sizes)
    {
        using var records = new MemoryStream();
        for (var (at, i) = (0, 0); at < message.Length; i++)
        {
            var size = Math.Min(sizes[i % sizes.Count], message.Length - at);
            records.Write([22, 3, 1, (byte)(size >> 8), (byte)size, .. message.AsSpan(at, size)]);
            at += size;
        }

        return records.ToArray();
    }

    /// <summary>What the runtime's own client sends first.</summary>
    private static async Task<byte[]> HelloAsync(string name, string protocols)
    {
        var wire = new FirstWords();
        await using var tls = new SslStream(wire);
        await Assert.ThrowsAnyAsync<IOException>(() => tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = name,
                ApplicationProtocols = [.. protocols.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(protocol => new SslApplicationProtocol(protocol))],
            },
            TestContext.Current.CancellationToken));
        return wire.Written;
    }

    private sealed class FirstWords : MemoryStream
    {
        internal byte[] Written { get; private set; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written = Written.Length == 0 ? buffer.ToArray() : Written;
            return ValueTask.CompletedTask;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(0);
    }
}
