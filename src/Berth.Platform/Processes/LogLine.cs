using System.Globalization;

namespace Berth.Platform.Processes;

/// <summary>One line that a process printed.</summary>
/// <param name="Type">The process type.</param>
/// <param name="Index">From 1.</param>
/// <param name="Text">Without its line end; may hold the app's own control characters.</param>
/// <param name="Time">When it was printed, where the scheduler knows; the embedded one does not.</param>
public sealed record LogLine(ProcessType Type, int Index, string Text, DateTimeOffset? Time = null)
{
    /// <returns>As <c>logs</c> prints it: <c>app[web.1]: text</c>, with the time in front if known.</returns>
    public override string ToString() => Time is { } time
        ? string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.ffffffZ} app[{Type}.{Index}]: {Text}")
        : string.Create(CultureInfo.InvariantCulture, $"app[{Type}.{Index}]: {Text}");
}
