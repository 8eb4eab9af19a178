using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>One line an entry on standard error, as systemd's journal wants it: level, area, text. Kestrel's chatter stays out.</summary>
internal sealed class LineLogger(DetachedLog? log = null) : ILoggerFactory
{
    private readonly Lock _writing = new();

    public ILogger CreateLogger(string categoryName) => new Area(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
        // One sink only: whoever wants another form reads this one.
    }

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string area, string text, Exception? cause)
    {
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        lock (_writing)
        {
            try
            {
                (log is null ? Console.Error.WriteLine : (Action<string>)log.Write)($"{now} {Short(level)} {area} {text}{(cause is null ? "" : $"\n{cause}")}");
            }
            catch (IOException)
            {
                // A log on a full disk: what is at work must not fail because nobody can be told of it.
            }
        }
    }

    private static string Short(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "error",
        LogLevel.Warning => "warn ",
        _ => "info ",
    };

    private sealed class Area(LineLogger owner, string name) : ILogger
    {
        // A host that cannot start throws what is wrong; its own telling of it is a stack trace.
        private readonly LogLevel _least = name.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal) ? LogLevel.None
            : name.StartsWith("Microsoft", StringComparison.Ordinal) ? LogLevel.Error
            : name.StartsWith("Yarp", StringComparison.Ordinal) ? LogLevel.Error
            : LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(logLevel, name, formatter(state, exception), exception);
            }
        }
    }
}
