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

    public void Ensure(AppName app) => PrivateFolder.Ensure(Path.Combine(folder, app.Text));

    /// <summary>Adds a line of the platform's own to what the instance printed, so that its end is read where its output is.</summary>
    public void Note(Instance instance, string text)
    {
        try
        {
            using var file = new FileStream(PathOf(instance), new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = AtomicFile.Private,
                BufferSize = 0,
            });
            file.Write(Encoding.UTF8.GetBytes($"berth: {text}\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not end the supervision of an app; ps:report says the same.
        }
    }

    /// <summary>Puts the output of an instance that is over aside.</summary>
    public void Retire(Instance instance, bool failed)
    {
        var from = PathOf(instance);
        var to = PathOf(instance.App, instance.Type, instance.Index, failed ? LogFile.Failed : LogFile.Previous);
        try
        {
            File.Delete(LogFile.OlderOf(to));
            Move(from, to);
            Move(LogFile.OlderOf(from), LogFile.OlderOf(to));
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

    private static void Move(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Move(from, to, overwrite: true);
        }
    }

    private static IEnumerable<LogFile> Ordered(IEnumerable<LogFile> files) => files
        .GroupBy(file => (file.Type, file.Index))
        .Select(place => place.MaxBy(file => file.Tag, StringComparer.Ordinal)!)
        .OrderBy(file => file.Type)
        .ThenBy(file => file.Index);
}
