using Microsoft.Extensions.Logging;

namespace Berth.Edge.Hosting;

/// <summary>
/// Lets through of the web server only what needs attention. The forwarder would write two lines a request, and strangers
/// could fill a disk with failed handshakes.
/// </summary>
internal sealed class QuietFrameworkLogs(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new AtLeast(
        inner.CreateLogger(categoryName),
        categoryName.StartsWith("Yarp.", StringComparison.Ordinal) ? LogLevel.Error : LogLevel.Warning);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    // The factory is its giver's.
    public void Dispose()
    {
    }

    private sealed class AtLeast(ILogger inner, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && inner.IsEnabled(logLevel);

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
