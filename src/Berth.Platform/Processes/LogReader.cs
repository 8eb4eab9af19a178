using System.Runtime.CompilerServices;
using Berth.Kernel;
using Berth.Platform.Processes.Output;

namespace Berth.Platform.Processes;

/// <summary>
/// Reads what an app's processes printed, with or without a daemon. The files are read at the consumer's pace: a slow reader holds
/// nothing up and needs no memory; one that is overtaken by rotation twice misses lines.
/// </summary>
public sealed class LogReader(LogSettings settings, TimeProvider time)
{
    /// <summary>Longer lines come in pieces of this many bytes.</summary>
    public const int LineLength = 16 * 1024;

    private readonly LogFolder _folder = new(settings.Folder);

    /// <summary>The last lines, instance by instance and back into the one before each, then (when following) new ones as they come, also of new instances.</summary>
    /// <param name="app">The app; one that never ran has no lines.</param>
    /// <param name="query">Which lines.</param>
    /// <param name="cancel">Ends the stream; that is no error.</param>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        AppName app, LogQuery query, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var followed = new Dictionary<string, LogCursor>(StringComparer.Ordinal);
        try
        {
            foreach (var file in _folder.FilesOf(app, query))
            {
                var cursor = new LogCursor(file, settings.LimitOf(app));
                followed.Add(file.Path, cursor);
                var wanted = Math.Clamp(query.Lines, 0, LogQuery.LineLimit);
                var tail = LogTail.Read(file.Path, wanted, keepOpen: query.Follow);
                cursor.Position = tail.End;
                foreach (var text in Earlier(app, file, wanted - tail.Lines.Count).Concat(tail.Lines))
                {
                    yield return file.Line(text);
                }
            }

            while (query.Follow && !cancel.IsCancellationRequested)
            {
                var any = false;
                foreach (var cursor in followed.Values)
                {
                    foreach (var text in cursor.ReadSome())
                    {
                        any = true;
                        yield return cursor.File.Line(text);
                    }
                }

                if (!any && !await PauseAsync(cancel))
                {
                    yield break;
                }

                Refresh(followed, app, query);
            }
        }
        finally
        {
            foreach (var cursor in followed.Values)
            {
                cursor.Dispose();
            }
        }
    }

    /// <summary>What the instance before printed, as far as the one in service has not printed enough itself.</summary>
    private IReadOnlyList<string> Earlier(AppName app, LogFile file, int missing) => file.IsCurrent && missing > 0
        ? LogTail.Read(_folder.PathOf(app, file.Type, file.Index, LogFile.Previous), missing).Lines
        : [];

    private void Refresh(Dictionary<string, LogCursor> followed, AppName app, LogQuery query)
    {
        // A file that was put aside has been followed under its former name.
        foreach (var file in _folder.FilesOf(app, query).Where(file => file.IsCurrent))
        {
            if (!followed.ContainsKey(file.Path))
            {
                followed.Add(file.Path, new LogCursor(file, settings.LimitOf(app)));
            }
        }

        foreach (var (path, cursor) in followed)
        {
            if (cursor.IsOver)
            {
                cursor.Dispose();
                followed.Remove(path);
            }
        }
    }

    private async Task<bool> PauseAsync(CancellationToken cancel)
    {
        var pause = settings.Interval < TimeSpan.FromMilliseconds(200) ? settings.Interval : TimeSpan.FromMilliseconds(200);
        await Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !cancel.IsCancellationRequested;
    }
}
