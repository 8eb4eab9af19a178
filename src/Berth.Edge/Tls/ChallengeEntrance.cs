using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using Berth.Edge.Hosts;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Tls;

/// <summary>
/// Stands before TLS while a TLS-ALPN-01 challenge is open (RFC 8737): a hello that offers <c>acme-tls/1</c> alone for a challenged
/// name gets the challenge's certificate and nothing more. All others go on as if it were not there; no visitor sees such a certificate.
/// </summary>
internal sealed class ChallengeEntrance(CurrentSnapshot current, EdgeOptions options, ILogger logger)
{
    internal ConnectionDelegate Before(ConnectionDelegate next) => connection =>
        current.Value.TlsChallenges.IsEmpty ? next(connection) : JudgeAsync(connection, next);

    private async Task JudgeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        // A hello may trickle as long as a handshake may last, and no longer.
        using var limit = new CancellationTokenSource(options.HandshakeTimeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, connection.ConnectionClosed);
        ClientHello? hello;
        try
        {
            hello = await PeekAsync(connection.Transport.Input, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return;
        }

        if (hello is { OffersOnlyAcme: true, ServerName: { } name } && current.Value.TlsChallenges.GetValueOrDefault(name) is { } challenge)
        {
            await AnswerAsync(connection, challenge, either.Token);
        }
        else
        {
            await next(connection);
        }
    }

    /// <summary>Looks at the hello and leaves every byte of it in the pipe.</summary>
    private static async Task<ClientHello?> PeekAsync(PipeReader input, CancellationToken cancel)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancel);
            var isDecided = ClientHello.TryRead(read.Buffer, out var hello) || read.IsCompleted;
            input.AdvanceTo(read.Buffer.Start, isDecided ? read.Buffer.Start : read.Buffer.End);
            if (isDecided)
            {
                return hello;
            }
        }
    }

    private async Task AnswerAsync(ConnectionContext connection, EdgeTlsChallenge challenge, CancellationToken cancel)
    {
        try
        {
            await using var pipe = new PipeStream(connection.Transport);
            await using var tls = new SslStream(pipe, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(challenge.Tls, cancel);
            await tls.ShutdownAsync();
            logger.TlsChallengeAnswered(challenge.ServerName);
        }
        catch (Exception e) when (e is AuthenticationException or CryptographicException or IOException or OperationCanceledException or InvalidOperationException)
        {
            logger.TlsChallengeBroken(challenge.ServerName, Kernel.Printable.Of(e.Message));
        }
    }
}
