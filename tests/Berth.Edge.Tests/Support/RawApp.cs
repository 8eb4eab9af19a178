using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Berth.Edge.Tests.Support;

/// <summary>An app that answers every request without a body with the same bytes, be they HTTP or not, and keeps what it was asked.</summary>
internal sealed class RawApp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly byte[] _answer;
    private readonly List<string> _requests = [];
    private readonly Task _serving;

    internal RawApp(string answer)
    {
        _answer = Encoding.Latin1.GetBytes(answer);
        _listener.Start();
        _serving = ServeAsync();
    }

    internal EdgeTarget Target => EdgeTarget.Loopback(((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>The heads of the requests so far, line ends and all.</summary>
    internal string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _ending.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        using (connection)
        {
            await using var stream = connection.GetStream();
            var head = new StringBuilder();
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, _ending.Token) is > 0 and var count)
            {
                head.Append(Encoding.Latin1.GetString(buffer, 0, count));
                if (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    continue;
                }

                lock (_requests)
                {
                    _requests.Add(head.ToString());
                }

                head.Clear();
                await stream.WriteAsync(_answer, _ending.Token);
            }
        }
    }
}
