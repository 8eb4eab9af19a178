using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;

namespace Berth.Acme.Tests;

/// <summary>An edge that answers TLS-ALPN-01 and nothing else.</summary>
internal sealed class TlsAlpnServer : IChallengeSolver, IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, TlsAlpnAnswer> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Task _accepting;

    internal TlsAlpnServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Type => ChallengeType.TlsAlpn01;

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal ConcurrentQueue<string> Hellos { get; } = new();

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        var answer = TlsAlpnAnswer.Create(task, TimeProvider.System);
        _answers[answer.ServerName] = answer;
        return ValueTask.FromResult<IAsyncDisposable>(new MemoryStream());
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var answer in _answers.Values)
        {
            answer.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _ = GreetAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task GreetAsync(TcpClient client)
    {
        using (client)
        await using (var tls = new SslStream(client.GetStream()))
        {
            try
            {
                await tls.AuthenticateAsServerAsync(Choose, null, CancellationToken.None);
            }
            catch (Exception e) when (e is AuthenticationException or IOException)
            {
                // The visitor's business.
            }
        }
    }

    private ValueTask<SslServerAuthenticationOptions> Choose(
        SslStream stream, SslClientHelloInfo hello, object? state, CancellationToken cancel)
    {
        Hellos.Enqueue(hello.ServerName);
        return _answers.TryGetValue(hello.ServerName, out var answer)
            ? ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificate = answer.Certificate,
                ApplicationProtocols = [new SslApplicationProtocol(TlsAlpnAnswer.Protocol)],
            })
            : throw new AuthenticationException("no such name");
    }
}
