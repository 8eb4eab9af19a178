using Microsoft.Extensions.Logging;

namespace Berth.Edge.Hosting;

/// <summary>
/// Lets through of the web server only what its owner can mend. The forwarder would write two lines a request, and strangers
/// could fill a disk with broken connections: some of those the web server calls critical.
/// </summary>
internal sealed class QuietFrameworkLogs(ILoggerFactory inner) : ILoggerFactory
{
    // Below this name are its categories for what single connections do.
    private const string Connections = "Microsoft.AspNetCore.Server.Kestrel.";

    // An activity is made for each request as long as this one listens.
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public ILogger CreateLogger(string categoryName) => new AtLeast(inner.CreateLogger(categoryName), Least(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    // The factory is its giver's.
    public void Dispose()
    {
    }

    private static LogLevel Least(string category) =>
        category.StartsWith(Connections, StringComparison.Ordinal) || category == Requests ? LogLevel.None
        : category.StartsWith("Yarp.", StringComparison.Ordinal) ? LogLevel.Error
        : LogLevel.Warning;

    private sealed class AtLeast(ILogger inner, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
