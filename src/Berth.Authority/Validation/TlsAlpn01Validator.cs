using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>Looks for a TLS-ALPN-01 proof (RFC 8737 §3, for addresses RFC 8738 §6): one handshake, and not one byte after it.</summary>
internal sealed class TlsAlpn01Validator(int port, TimeProvider time) : IChallengeValidator
{
    public async Task<DateTimeOffset?> ProveAsync(ValidationTarget target, Perspective view, CancellationToken cancel)
    {
        var (socket, address) = await Connecting.OpenAsync(view, target.Name, port, time, cancel);
        var place = $"{target.Name} at {address} port {port}";
        await using var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        var certificate = await HandshakeAsync(stream, target, place, cancel);
        if (stream.NegotiatedApplicationProtocol.ToString() != TlsAlpnAnswer.Protocol)
        {
            throw new ValidationFailure(
                AcmeError.Unauthorized, $"{place} does not speak {TlsAlpnAnswer.Protocol}: it did not choose it in its handshake.");
        }

        return TlsAlpnCertificate.WhyNot(certificate, target) is { } reason
            ? throw new ValidationFailure(AcmeError.Unauthorized, $"{place} shows a certificate that is no proof: {reason}.")
            : null;
    }

    private static async Task<byte[]> HandshakeAsync(
        SslStream stream, ValidationTarget target, string place, CancellationToken cancel)
    {
        byte[]? shown = null;
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = target.Address is { } address ? ReverseName.Of(address) : target.Name,
                    ApplicationProtocols = [new SslApplicationProtocol(TlsAlpnAnswer.Protocol)],
                    // §4: TLS 1.2 or newer.
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateChainPolicy = StrangersChain.Policy,
                    AllowTlsResume = false,
                    // The certificate is self-signed by design; what it must hold is checked afterwards.
#pragma warning disable CA5359
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        shown = certificate?.GetRawCertData();
                        return true;
                    },
#pragma warning restore CA5359
                },
                cancel);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw new ValidationFailure(AcmeError.Tls, $"{place}: the TLS handshake for {TlsAlpnAnswer.Protocol} failed.");
        }

        return shown ?? throw new ValidationFailure(AcmeError.Tls, $"{place} shows no certificate.");
    }
}
