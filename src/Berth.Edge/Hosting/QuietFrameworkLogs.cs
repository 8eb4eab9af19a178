using Microsoft.Extensions.Logging;

namespace Berth.Edge.Hosting;

/// <summary>
/// Lets through of the web server only what its owner can mend. The forwarder would write two lines a request, and strangers
/// could fill a disk with broken connections: some of those the web server calls critical.
/// </summary>
internal sealed class QuietFrameworkLogs(ILoggerFactory inner) : ILoggerFactory
{
    private const string WebServer = "Microsoft.AspNetCore.Server.Kestrel";

    // Below its name are its categories for what single connections do.
    private const string Connections = WebServer + ".";

    // A connection that was broken off in a way the web server does not count with: written under its own name, as critical.
    private const int NeverCompleted = 23;

    // An activity is made for each request as long as this one listens.
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    public ILogger CreateLogger(string categoryName) =>
        new AtLeast(inner.CreateLogger(categoryName), Least(categoryName), categoryName == WebServer);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    // The factory is its giver's.
    public void Dispose()
    {
    }

    private static LogLevel Least(string category) =>
        category.StartsWith(Connections, StringComparison.Ordinal) || category == Requests ? LogLevel.None
        : category.StartsWith("Yarp.", StringComparison.Ordinal) ? LogLevel.Error
        : LogLevel.Warning;

    // An error without a number is a write to a visitor who has gone; what keeps the server from accepting has none either, and is critical.
    private static bool IsOfOneConnection(EventId eventId, LogLevel level) =>
        eventId.Id == NeverCompleted || (eventId.Id == 0 && level == LogLevel.Error);

    private sealed class AtLeast(ILogger inner, LogLevel least, bool isWebServer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && !(isWebServer && IsOfOneConnection(eventId, logLevel)))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
