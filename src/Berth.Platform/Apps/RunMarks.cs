using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>Whether an app is to run, as <c>ps:stop</c> and <c>ps:start</c> leave it in its properties; null where a property is not set.</summary>
/// <param name="Stopped">Set after a stop.</param>
/// <param name="Restored">Whether a start of the daemon starts the app.</param>
public sealed record RunMarks(string? Stopped, string? Restored)
{
    private const string StoppedKey = "stopped";
    private const string RestoreKey = "restore";

    /// <summary>As <c>ps:stop</c> sets them.</summary>
    public static RunMarks OfStopped { get; } = new("true", "false");

    public static RunMarks Of(IStateStore store, AppName app) => new(Read(store, app, StoppedKey), Read(store, app, RestoreKey));

    /// <returns>What <see cref="ToText"/> wrote behind a first line; null when nothing stands there.</returns>
    public static RunMarks? Parse(string text) => text.Split('\n') is [_, var stopped, var restored, ..] ? new(OrNull(stopped), OrNull(restored)) : null;

    public string ToText() => $"{Stopped}\n{Restored}\n";

    /// <summary>Sets both as they were.</summary>
    public void Restore(IStateStore store, AppName app)
    {
        Set(store, app, StoppedKey, Stopped);
        Set(store, app, RestoreKey, Restored);
    }

    private static void Set(IStateStore store, AppName app, string key, string? value)
    {
        if (value is null)
        {
            store.Delete(PathOf(app, key));
        }
        else if (Read(store, app, key) != value)
        {
            // On a full disk what is there already needs no room.
            store.Write(PathOf(app, key), value);
        }
    }

    private static string? Read(IStateStore store, AppName app, string key) => OrNull(store.Read(PathOf(app, key))?.TrimEnd('\n'));

    private static string? OrNull(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static StatePath PathOf(AppName app, string key) => StatePath.Lib("config", "ps", app.Text, key);
}
