using System.Globalization;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Processes.Output;

/// <summary>
/// The folder with a folder per app. Of each place in the formation it keeps the instance in service, the one before and the last that
/// failed, so that it stays bounded however often an app is deployed.
/// </summary>
internal sealed class LogFolder(string folder)
{
    public string PathOf(AppName app, ProcessType type, int index, string tag) =>
        Path.Combine(folder, app.Text, string.Create(CultureInfo.InvariantCulture, $"{type}.{index}.{tag}{LogFile.Ending}"));

    public string PathOf(Instance instance) => PathOf(instance.App, instance.Type, instance.Index, instance.Id);

    public void Ensure(AppName app) => PrivateFolder.HoldStraight(Path.Combine(folder, app.Text)).Dispose();

    /// <summary>Adds a line of the platform's own to what the instance printed, so that its end is read where its output is.</summary>
    public void Note(Instance instance, string text)
    {
        try
        {
            using var app = HeldFolder.TryOpenStraight(Path.Combine(folder, instance.App.Text));
            using var file = app?.Append(Path.GetFileName(PathOf(instance)), AtomicFile.Private);
            if (file is not null)
            {
                RandomAccess.Write(file, Encoding.UTF8.GetBytes($"berth: {text}\n"), RandomAccess.GetLength(file));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not end the supervision of an app; ps:report says the same.
        }
    }

    /// <summary>Puts the output of an instance that is over aside.</summary>
    public void Retire(Instance instance, bool failed)
    {
        var from = Path.GetFileName(PathOf(instance));
        var to = Path.GetFileName(PathOf(instance.App, instance.Type, instance.Index, failed ? LogFile.Failed : LogFile.Previous));
        try
        {
            using var app = HeldFolder.TryOpenStraight(Path.Combine(folder, instance.App.Text));
            if (app is not null)
            {
                FolderTree.Delete(app, LogFile.OlderOf(to));
                app.Rename(from, to);
                app.Rename(LogFile.OlderOf(from), LogFile.OlderOf(to));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Old output under a strange name is better than an app that cannot be stopped.
        }
    }

    /// <returns>
    /// By type and index, of each place the newest instance's; with none in service, what was stopped last. Failed ones only on request.
    /// </returns>
    public IEnumerable<LogFile> FilesOf(AppName app, LogQuery query)
    {
        var path = Path.Combine(folder, app.Text);
        if (!Directory.Exists(path))
        {
            return [];
        }

        var files = Directory.EnumerateFiles(path, $"*{LogFile.Ending}")
            .Select(LogFile.Parse)
            .OfType<LogFile>()
            .Where(file => (query.Type ?? file.Type) == file.Type && (query.Index ?? file.Index) == file.Index)
            .ToList();
        if (query.Failed)
        {
            return Ordered(files.Where(file => file.Tag == LogFile.Failed));
        }

        var current = files.Where(file => file.IsCurrent).ToList();
        return Ordered(current.Count > 0 ? current : files.Where(file => file.Tag == LogFile.Previous));
    }

    private static IEnumerable<LogFile> Ordered(IEnumerable<LogFile> files) => files
        .GroupBy(file => (file.Type, file.Index))
        .Select(place => place.MaxBy(file => file.Tag, StringComparer.Ordinal)!)
        .OrderBy(file => file.Type)
        .ThenBy(file => file.Index);
}
