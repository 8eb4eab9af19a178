using Berth.Kernel;
using Berth.Platform.Processes;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>The processes' and builds' entries in the daemon's log.</summary>
internal sealed partial class ProcessLog(ILoggerFactory logs) : IProcessLog
{
    private readonly ILogger _log = logs.CreateLogger("Berth.Processes");

    public void Noticed(AppName app, string what) => AppNoticed(_log, app.Text, what);

    public void Failed(AppName app, string operation, Problem problem) =>
        OperationFailed(_log, app.Text, operation, problem.Code.Id, problem.Found);

    public void Interrupted(AppName app, string operation) => OperationInterrupted(_log, app.Text, operation);

    [LoggerMessage(1401, LogLevel.Warning, "{App}: {What}")]
    private static partial void AppNoticed(ILogger log, string app, string what);

    [LoggerMessage(1402, LogLevel.Warning, "{App}: {Operation} failed: {Code}: {Found}")]
    private static partial void OperationFailed(ILogger log, string app, string operation, string code, string found);

    [LoggerMessage(1403, LogLevel.Warning, "{App}: {Operation} was interrupted")]
    private static partial void OperationInterrupted(ILogger log, string app, string operation);
}
