using System.Text;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Notices;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>Renewals that nobody typed, in the daemon's log.</summary>
internal sealed partial class RenewalLog(ILoggerFactory logs) : IRenewalLog, INoticeFaults
{
    private readonly ILogger _log = logs.CreateLogger("Berth.Renewals");

    public CommandOutput OutputOf(AppName app) => new(new Lines(this, app), new Caller(0, "berth", false, false));

    public void Failed(AppName app, Problem problem) =>
        RenewalFailed(_log, app.Text, problem.Code.Id, problem.Found, problem.Remedy);

    public void Faulted(AppName app, Exception fault) => RenewalFaulted(_log, app.Text, fault);

    public void LookFailed(Exception cause) => NoLook(_log, cause.Message);

    /// <summary>What a command was cut off at, and cannot be finished now.</summary>
    public void NotFinished(Problem problem) => CutOff(_log, problem.Found, problem.Remedy);

    public void Unreadable(string reason) => NoticeUnreadable(_log, reason);

    public void NotSent(AppName app, string way, string reason) => NoticeNotSent(_log, app.Text, way, reason);

    [LoggerMessage(1107, LogLevel.Warning, "A notice that was to be sent cannot be read, and is passed over: {Reason}")]
    private static partial void NoticeUnreadable(ILogger log, string reason);

    [LoggerMessage(1106, LogLevel.Error, "What a command was cut off at could not be finished, and is tried again at the next start: {Found} {Remedy}")]
    private static partial void CutOff(ILogger log, string found, string remedy);

    [LoggerMessage(1105, LogLevel.Warning, "{App}: a notice could not be sent ({Way}): {Reason}")]
    private static partial void NoticeNotSent(ILogger log, string app, string way, string reason);

    [LoggerMessage(1104, LogLevel.Error, "Could not look at the certificates, will again in a minute: {Reason}")]
    private static partial void NoLook(ILogger log, string reason);

    [LoggerMessage(1101, LogLevel.Information, "{App}: {Line}")]
    private static partial void Told(ILogger log, string app, string line);

    [LoggerMessage(1102, LogLevel.Warning, "{App}: {Code}: {Found} {Remedy}")]
    private static partial void RenewalFailed(ILogger log, string app, string code, string found, string remedy);

    [LoggerMessage(1103, LogLevel.Error, "{App}: renewal met a fault of Berth's own")]
    private static partial void RenewalFaulted(ILogger log, string app, Exception fault);

    private sealed class Lines(RenewalLog owner, AppName app) : IOutputSink
    {
        public void Write(OutputChannel channel, ReadOnlySpan<byte> utf8) =>
            Told(owner._log, app.Text, Encoding.UTF8.GetString(utf8).Trim());

        public ValueTask FlushAsync(CancellationToken cancel) => ValueTask.CompletedTask;
    }
}
