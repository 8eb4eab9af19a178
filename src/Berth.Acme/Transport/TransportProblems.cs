using System.Net.Sockets;
using System.Security.Authentication;
using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>Names what went wrong before a CA's answer was there.</summary>
internal static class TransportProblems
{
    internal static Problem From(Exception failure, Uri target, TimeSpan timeout) => failure switch
    {
        OperationCanceledException => AcmeProblems.NoAnswerInTime(target.Authority, timeout),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            AcmeProblems.HostUnknown(target.Host),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } e =>
            AcmeProblems.NotTrusted(target.Authority, Innermost<AuthenticationException>(e)?.Message ?? e.Message),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.Unknown } e =>
            NotConnected(e, target, timeout),
        _ => BrokenOff(target),
    };

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
