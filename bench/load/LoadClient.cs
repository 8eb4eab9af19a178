using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Berth.Bench;

/// <summary>One account that goes the whole way again and again, with the fewest requests there can be, on a connection of its own.</summary>
internal sealed class LoadClient : IDisposable
{
    private readonly Connection _connection;
    private readonly Message _message;
    private readonly Responder _responder;
    private readonly (string NewNonce, string NewOrder) _directory;
    private readonly string _host;
    private readonly string _who;
    private string? _nonce;

    internal LoadClient(Uri directory, string trust, Responder responder)
    {
        (_responder, _host) = (responder, directory.Authority);
        (_connection, _message) = (new Connection(directory, trust), new Message(directory.Authority));
        using var found = JsonDocument.Parse(Get("GET", directory.PathAndQuery).Body);
        string Url(string name) => found.RootElement.GetProperty(name).GetString()!;
        _directory = (Url("newNonce"), Url("newOrder"));
        _who = $"\"jwk\":{_message.Jwk}";
        _who = $"\"kid\":\"{Post("new-account", Url("newAccount"), """{"termsOfServiceAgreed":true}"""u8).Location}\"";
        Meter.Clear();
    }

    internal Meter Meter { get; } = new();

    /// <param name="name">A name nobody else orders.</param>
    /// <param name="csr">The payload of its finalization.</param>
    internal void Issue(string name, byte[] csr)
    {
        var made = Post("new-order", _directory.NewOrder, Encoding.ASCII.GetBytes($$"""{"identifiers":[{"type":"dns","value":"{{name}}"}]}"""));
        var order = Order.Read(made);
        if (order.Status == "pending")
        {
            Prove(order.Authorization);
            order = Poll(made.Location!, "pending");
        }

        order = Order.Read(Post("finalize", order.Finalize, csr));
        order = order.Status == "valid" ? order : Poll(made.Location!, "processing");
        Post("certificate", order.Certificate!, []);
    }

    private void Prove(string authorization)
    {
        using var found = JsonDocument.Parse(Post("authorization", authorization, []).Body);
        var challenge = found.RootElement.GetProperty("challenges").EnumerateArray().Single(one => one.GetProperty("type").ValueEquals("http-01"u8));
        var token = challenge.GetProperty("token").GetString()!;
        _responder.Answer(token, $"{token}.{_message.Thumbprint}");
        Post("challenge", challenge.GetProperty("url").GetString()!, "{}"u8);
    }

    private Order Poll(string url, string whileIn)
    {
        for (var wait = 2; ; wait = Math.Min(wait * 2, 50))
        {
            var answer = Post("order", url, []);
            var order = Order.Read(answer);
            if (order.Status != whileIn)
            {
                return order.Status != "invalid" ? order : throw new InvalidOperationException(answer.Text);
            }

            Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System).GetAwaiter().GetResult();
        }
    }

    private Answer Post(string kind, string url, ReadOnlySpan<byte> payload)
    {
        while (true)
        {
            _nonce ??= Get("HEAD", new Uri(_directory.NewNonce).PathAndQuery).Nonce!;
            var request = _message.Write(url, _who, _nonce, payload);
            var since = Stopwatch.GetTimestamp();
            var answer = _connection.Send(request);
            Meter.Took(kind, since);
            _nonce = answer.Nonce;
            if (answer.Status is >= 200 and < 300)
            {
                return answer;
            }

            if (!answer.Text.Contains("badNonce", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{kind} {url}: {answer.Status} {answer.Text}");
            }
        }
    }

    private Answer Get(string method, string path) => _connection.Send(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {_host}\r\n\r\n"));

    public void Dispose() => _connection.Dispose();

    /// <summary>What the way needs of an order.</summary>
    private sealed record Order(string Status, string Authorization, string Finalize, string? Certificate)
    {
        internal static Order Read(Answer answer)
        {
            using var found = JsonDocument.Parse(answer.Body);
            var root = found.RootElement;
            return new Order(
                root.GetProperty("status").GetString()!,
                root.GetProperty("authorizations")[0].GetString()!,
                root.GetProperty("finalize").GetString()!,
                root.TryGetProperty("certificate", out var certificate) ? certificate.GetString() : null);
        }
    }
}
