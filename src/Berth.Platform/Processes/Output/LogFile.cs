using System.Globalization;

namespace Berth.Platform.Processes.Output;

/// <summary>A file with the output of one instance; its name is <c>TYPE.INDEX.TAG.log</c>.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Type">The process type.</param>
/// <param name="Index">From 1.</param>
/// <param name="Tag">The instance's id, or <see cref="Previous"/> or <see cref="Failed"/>.</param>
internal sealed record LogFile(string Path, ProcessType Type, int Index, string Tag)
{
    public const string Ending = ".log";

    /// <summary>The older half of a file that was rotated.</summary>
    public const string OlderEnding = ".log.1";

    /// <summary>The tag of the last instance that was stopped.</summary>
    public const string Previous = "previous";

    /// <summary>The tag of the last instance that failed to start.</summary>
    public const string Failed = "failed";

    public bool IsCurrent => Tag is not (Previous or Failed);

    public string OlderPath => OlderOf(Path);

    public static string OlderOf(string path) => path[..^Ending.Length] + OlderEnding;

    public LogLine Line(string text) => new(Type, Index, text);

    public static LogFile? Parse(string path)
    {
        var parts = System.IO.Path.GetFileName(path).Split('.');
        return parts is [var name, var number, var tag, "log"]
            && ProcessType.TryParse(name, out var type)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? new LogFile(path, type, index, tag)
            : null;
    }
}
