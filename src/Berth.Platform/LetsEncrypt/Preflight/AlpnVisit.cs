using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Edge;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>
/// Asks an address for the certificate of a TLS-ALPN-01 challenge that only this machine's edge knows, as an authority would (RFC 8737).
/// </summary>
internal sealed class AlpnVisit(EdgeServer edge, int port, TimeSpan patience)
{
    private static readonly SslApplicationProtocol Acme = new(TlsAlpnAnswer.Protocol);

    /// <param name="name">A host name, or an address as text.</param>
    /// <param name="address">Who is asked.</param>
    /// <param name="cancel">Ends the look.</param>
    internal async Task<Visit> AskAsync(string name, IPAddress address, CancellationToken cancel)
    {
        using var answer = TlsAlpnAnswer.Create(TaskFor(name), TimeProvider.System);
        var challenge = new EdgeTlsChallenge(answer.ServerName, answer.Certificate);
        var isTaken = false;
        edge.Update(snapshot => (isTaken = snapshot.HasTlsChallenge(answer.ServerName)) ? snapshot : snapshot.WithTlsChallenge(challenge));
        if (isTaken)
        {
            // An order's own, which is not to be put aside for a look.
            return new Visit(address, VisitOutcome.ThisServer, "it is being proved now", null);
        }

        try
        {
            return await AskHeldAsync(answer, address, cancel);
        }
        finally
        {
            edge.Update(snapshot => snapshot.WithoutTlsChallenge(challenge));
        }
    }

    private async Task<Visit> AskHeldAsync(TlsAlpnAnswer answer, IPAddress address, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), either.Token);
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsClientAsync(OptionsFor(answer), either.Token);
            return new Visit(address, VisitOutcome.ThisServer, "its own certificate", null);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new Visit(address, socket.Connected ? VisitOutcome.AnotherServer : TokenVisit.OutcomeOf(e), Printable.Of(e.Message), Addresses.NetworkInFront(address));
        }
    }

    private static SslClientAuthenticationOptions OptionsFor(TlsAlpnAnswer answer) => new()
    {
        TargetHost = answer.ServerName,
        ApplicationProtocols = [Acme],
        RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetRawCertData().AsSpan().SequenceEqual(answer.Certificate.RawData) == true,
    };

    private static ChallengeTask TaskFor(string name) => new()
    {
        Type = ChallengeType.TlsAlpn01,
        Identifier = Identifier.Of(name),
        IsWildcard = false,
        Token = "",
        KeyAuthorization = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
    };
}
