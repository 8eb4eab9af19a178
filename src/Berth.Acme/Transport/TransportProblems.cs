using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>Names what went wrong before a CA's answer was there.</summary>
internal static class TransportProblems
{
    // SslStream's words for what is no TLS.
    private const string NoFrame = "frame size";

    internal static Problem From(Exception failure, Uri target, TimeSpan timeout) => failure switch
    {
        OperationCanceledException => AcmeProblems.NoAnswerInTime(target.Authority, timeout),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            AcmeProblems.HostUnknown(target.Host),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e when IsOfDates(e) =>
            AcmeProblems.NotValidNow(target.Authority, ReasonOf(e)),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e when ReasonOf(e).Contains(NoFrame, StringComparison.Ordinal) =>
            AcmeProblems.NoTls(target.Authority),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e =>
            AcmeProblems.NotTrusted(target.Authority, ReasonOf(e)),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.Unknown } e =>
            NotConnected(e, target, timeout),
        _ => BrokenOff(target),
    };

    /// <summary>Whether the dates of the server's TLS certificate, or of one above it, are among what is wrong. SslStream says so in words alone.</summary>
    internal static bool IsOfDates(Exception failure) =>
        failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
        && ReasonOf(failure).Contains(nameof(X509ChainStatusFlags.NotTimeValid), StringComparison.Ordinal);

    private static string ReasonOf(Exception failure) => Innermost<AuthenticationException>(failure)?.Message ?? failure.Message;

    private static Problem BrokenOff(Uri target) => AcmeProblems.BadResponse(target.OriginalString, "broke off or is not HTTP");

    private static Problem NotConnected(HttpRequestException failure, Uri target, TimeSpan timeout) =>
        Innermost<SocketException>(failure)?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => AcmeProblems.HostUnknown(target.Host),
            SocketError.ConnectionRefused => AcmeProblems.Refused(target.Authority),
            SocketError.ConnectionReset or SocketError.ConnectionAborted => BrokenOff(target),
            SocketError.TimedOut => AcmeProblems.NoAnswerInTime(target.Authority, timeout),
            _ => AcmeProblems.NotReached(target.Authority, failure.Message),
        };

    private static T? Innermost<T>(Exception? failure) where T : Exception
    {
        T? found = null;
        for (; failure is not null; failure = failure.InnerException)
        {
            found = failure as T ?? found;
        }

        return found;
    }
}
