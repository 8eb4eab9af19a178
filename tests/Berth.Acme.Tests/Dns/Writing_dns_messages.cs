using Berth.Acme.Dns;
using Berth.Acme.Dns.Wire;
using CsCheck;

namespace Berth.Acme.Tests.Dns;

public sealed class Writing_dns_messages
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly Gen<string> Label = Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-_"].Array[1, 63].Select(chars => new string(chars));
    private static readonly Gen<string> Name = Label.Array[1, 3].Select(labels => string.Join('.', labels)).Where(name => name.Length < 250);

    [Fact]
    public void reads_back_every_name_it_writes() => Name.Sample(name =>
    {
        var bytes = new WireWriter().Name(name).ToArray();
        Assert.Equal(name, new WireReader(bytes).Name());
    });

    [Theory]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b")]
    [InlineData("bücher.example")]
    public void refuses_a_name_that_dns_cannot_carry(string name) =>
        Assert.Throws<FormatException>(() => new WireWriter().Name(name));

    [Fact]
    public void answers_any_bytes_with_a_message_or_none() => Gen.Byte.Array[0, 600].Sample(bytes =>
    {
        Assert.Equal(DnsAnswer.TryParse(bytes, out var answer), answer is not null);
    });

    [Fact]
    public void ends_on_names_that_point_in_a_circle()
    {
        byte[] message = [0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 6, 0, 1];

        Assert.False(DnsAnswer.TryParse(message, out _));
    }

    // The header but for its counts; then time, fudge, MAC and original id of the signature. What lies between are names and fixed values.
    [Fact]
    public void trusts_an_answer_only_with_its_signature() => Gen.Select(Gen.OneOf(Gen.Int[0, 7], Gen.Int[38, 81]), Gen.Int[1, 255]).Sample((at, change) =>
    {
        var key = Key();
        var (request, mac) = Tsig.Sign(UpdateMessage.Add(7, "example.test", "a.example.test", "v", 60), key, Now);
        var answered = Answer(request, key, mac);
        Assert.True(DnsAnswer.TryParse(answered, out var answer));
        Assert.Null(Tsig.WhyNot(answer!, key, mac, Now));

        answered[at] ^= (byte)change;
        Assert.False(DnsAnswer.TryParse(answered, out var forged) && forged!.Id == 7 && Tsig.WhyNot(forged, key, mac, Now) is null);
    });

    [Fact]
    public void does_not_believe_an_answer_from_another_time()
    {
        var key = Key();
        var (request, mac) = Tsig.Sign(UpdateMessage.Delete(7, "example.test", "a.example.test", "v"), key, Now);

        Assert.True(DnsAnswer.TryParse(Answer(request, key, mac), out var answer));

        Assert.Equal("it was signed at another time", Tsig.WhyNot(answer!, key, mac, Now.AddHours(1)));
        mac[0] ^= 1;
        Assert.Equal("its signature is wrong", Tsig.WhyNot(answer!, key, mac, Now));
    }

    [Fact]
    public void reads_back_every_text_it_quotes() => Gen.Char[' ', '~'].Array[0, 700].Select(chars => new string(chars)).Sample(text =>
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var quoted = string.Join(' ', escaped.Chunk(100).Select(piece => new string(piece)).Aggregate(
            new List<string>(), (pieces, piece) => { pieces.Add(piece); return pieces; }));
        Assert.Equal(text, TxtText.Unquote($"\"{escaped}\""));
        Assert.NotNull(TxtText.Unquote(quoted));
    });

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\"one\" \"two\"", "onetwo")]
    [InlineData("\"a\\032b\\\"c\"", "a b\"c")]
    [InlineData("\"open", "\"open")]
    [InlineData("  \"x\"  ", "x")]
    public void reads_text_as_providers_write_it(string written, string value) => Assert.Equal(value, TxtText.Unquote(written));

    // A server's answer to a signed request: the same id, no error, signed over the request's MAC.
    private static byte[] Answer(byte[] request, TsigKey key, byte[] requestMac)
    {
        byte[] header = [request[0], request[1], 0xA8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var time = Now.ToUnixTimeSeconds();
        var variables = new WireWriter().Name(key.Name).Short(255).Long(0).Name(key.Algorithm).Time(time).Short(300).Short(0).Short(0).ToArray();
        var mac = key.Mac(new WireWriter().Short(requestMac.Length).Bytes(requestMac).Bytes(header).Bytes(variables).ToArray());
        header[11] = 1;
        var data = new WireWriter().Name(key.Algorithm).Time(time).Short(300).Short(mac.Length).Bytes(mac).Short(7).Short(0).Short(0).ToArray();
        return new WireWriter().Bytes(header).Name(key.Name).Short(250).Short(255).Long(0).Short(data.Length).Bytes(data).ToArray();
    }

    private static TsigKey Key()
    {
        Assert.True(TsigKey.TryCreate("k", "hmac-sha256", "c2VjcmV0IHNlY3JldA==", out var key, out _));
        return key!;
    }
}
