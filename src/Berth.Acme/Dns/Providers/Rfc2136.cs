using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Berth.Acme.Dns.Wire;
using Berth.Kernel;

namespace Berth.Acme.Dns.Providers;

/// <summary>Dynamic updates (RFC 2136), signed with TSIG (RFC 8945) where there is a key. Over TCP: an update is never cut off.</summary>
internal sealed class Rfc2136 : IDnsProvider
{
    private const int Port = 53;
    private const int LongestAnswer = 65_535;
    private const string Title = "The name server";
    private readonly string _host;
    private readonly int _port;
    private readonly TsigKey? _key;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly int _ttl;

    internal Rfc2136(DnsSettings settings, TimeProvider time)
    {
        _time = time;
        (_host, _port) = Server(settings);
        _key = Key(settings);
        _timeout = TimeSpan.FromSeconds(settings.Number("RFC2136_DNS_TIMEOUT", 10, 1, 600));
        Patience = settings.Patience("RFC2136", 60, 2);
        _ttl = settings.Ttl("RFC2136", 120);
    }

    public string Code => "rfc2136";

    public DnsPatience Patience { get; }

    public ValueTask AddAsync(DnsChange change, CancellationToken cancel) => UpdateAsync(
        $"to add {change.Name}", id => UpdateMessage.Add(id, change.Zone, change.Name, change.Value, _ttl), cancel);

    public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel) => UpdateAsync(
        $"to remove {change.Name}", id => UpdateMessage.Delete(id, change.Zone, change.Name, change.Value), cancel);

    private async ValueTask UpdateAsync(string doing, Func<int, byte[]> write, CancellationToken cancel)
    {
        var id = RandomNumberGenerator.GetInt32(65_536);
        var message = write(id);
        byte[] mac = [];
        if (_key is not null)
        {
            (message, mac) = Tsig.Sign(message, _key, _time.GetUtcNow());
        }

        var reply = await ExchangeAsync(message, cancel);
        if (!DnsAnswer.TryParse(reply, out var answer) || answer!.Id != id || !answer.IsAnswer)
        {
            throw Refused(doing, "its answer is no answer to this request");
        }

        if (_key is not null && Tsig.WhyNot(answer, _key, mac, _time.GetUtcNow()) is { } reason)
        {
            // A server that refuses need not sign; one that says yes must.
            throw answer.Code == 0 || answer.Tsig is not null
                ? DnsProblems.BadCredentials($"{Title} {_host}", reason).AsException()
                : Refused(doing, answer.CodeName);
        }

        if (answer.Code != 0)
        {
            throw Refused(doing, answer.CodeName);
        }
    }

    private ProblemException Refused(string doing, string words) =>
        DnsProblems.Refused($"{Title} {Printable.Of(_host)}", doing, words).AsException();

    private async Task<byte[]> ExchangeAsync(byte[] message, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_host, _port, either.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(new WireWriter().Short(message.Length).Bytes(message).ToArray(), either.Token);
            var length = new byte[2];
            await stream.ReadExactlyAsync(length, either.Token);
            var answer = new byte[Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(length), LongestAnswer)];
            await stream.ReadExactlyAsync(answer, either.Token);
            return answer;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            var reason = e is OperationCanceledException ? $"no answer within {AcmeProblems.Spoken(_timeout)}" : e.Message;
            throw DnsProblems.Unreachable($"{Title} {_host}:{_port}", reason).AsException(e);
        }
    }

    private static (string Host, int Port) Server(DnsSettings settings)
    {
        var text = settings.Require("RFC2136_NAMESERVER");
        if (IPEndPoint.TryParse(text, out var address))
        {
            return (address.Address.ToString(), address.Port == 0 ? Port : address.Port);
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        var port = Port;
        return (colon < 0 || int.TryParse(text[(colon + 1)..], out port)) && port is > 0 and < 65_536 && DomainName.TryParse(host, out _)
            ? (host, port)
            : throw DnsProblems.BadSetting(settings.Provider, "RFC2136_NAMESERVER", "it is no host or host:port").AsException();
    }

    private static TsigKey? Key(DnsSettings settings)
    {
        var (name, algorithm, secret, where) = (
            settings.Find("RFC2136_TSIG_KEY"), settings.Find("RFC2136_TSIG_ALGORITHM") ?? "hmac-sha1",
            settings.FindSecret("RFC2136_TSIG_SECRET"), "RFC2136_TSIG_SECRET");

        // The name of a file, not of a file that holds RFC2136_TSIG: Find reads that too.
        if (settings.Find("RFC2136_TSIG") is { } file)
        {
            if (!TsigKey.TryParseFile(file, out var found))
            {
                throw DnsProblems.BadSetting(settings.Provider, "RFC2136_TSIG_FILE", "it holds no key as tsig-keygen writes it").AsException();
            }

            (name, algorithm, secret) = found;
            settings.Hide(secret);
            where = "RFC2136_TSIG_FILE";
        }

        if (name is null || secret is null)
        {
            return null;
        }

        return TsigKey.TryCreate(name, algorithm, secret, out var key, out var reason)
            ? key
            : throw DnsProblems.BadSetting(settings.Provider, where, reason).AsException();
    }
}
