using Microsoft.Extensions.Logging;

namespace Berth.Edge;

/// <summary>The edge's log messages. Ids 4000 to 4999; a retired one is not used again.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(4001, LogLevel.Information, "Edge listening: HTTP on port {HttpPort}, HTTPS on port {HttpsPort}")]
    internal static partial void Listening(this ILogger logger, int httpPort, int httpsPort);

    [LoggerMessage(4002, LogLevel.Information, "Edge stopped")]
    internal static partial void Stopped(this ILogger logger);

    [LoggerMessage(4010, LogLevel.Warning, "{Code}: {Found}")]
    internal static partial void Problem(this ILogger logger, string code, string found);

    [LoggerMessage(4011, LogLevel.Warning, "The log {Path} cannot be written: {Reason}; trying again in a minute")]
    internal static partial void LogNotWritten(this ILogger logger, string path, string reason);

    [LoggerMessage(4012, LogLevel.Warning, "{Count} lines of access logs were dropped: the disk cannot keep up")]
    internal static partial void LinesDropped(this ILogger logger, long count);

    [LoggerMessage(4013, LogLevel.Information, "Door opened: {Port}")]
    internal static partial void DoorOpened(this ILogger logger, EdgePort port);

    [LoggerMessage(4014, LogLevel.Information, "Door closed: {Port}")]
    internal static partial void DoorClosed(this ILogger logger, EdgePort port);

    [LoggerMessage(4015, LogLevel.Information, "TLS-ALPN-01 challenge answered for {ServerName}")]
    internal static partial void TlsChallengeAnswered(this ILogger logger, string serverName);

    [LoggerMessage(4016, LogLevel.Information, "TLS-ALPN-01 challenge for {ServerName} was asked for and not heard out: {Reason}")]
    internal static partial void TlsChallengeBroken(this ILogger logger, string serverName, string reason);

    [LoggerMessage(4020, LogLevel.Warning, "App {App} at {Target}: {Error}, visitor got {Status}")]
    internal static partial void ForwardingFailed(this ILogger logger, string app, string target, string error, int status);

    [LoggerMessage(4021, LogLevel.Information, "App {App} at {Target} refused the connection, trying {Other}")]
    internal static partial void TryingAnotherTarget(this ILogger logger, string app, string target, string other);
}
