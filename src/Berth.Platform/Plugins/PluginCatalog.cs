namespace Berth.Platform.Plugins;

/// <summary>The plugins there are: folders in <c>plugins/available</c>, switched on by a link of their name in <c>plugins/enabled</c>.</summary>
public sealed class PluginCatalog(PluginFolders folders)
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private Snapshot _last = new(default, []);

    public PluginFolders Folders => folders;

    /// <summary>The names of other people's enabled plugins, in the order their handlers run. One look at a folder's time when nothing changed.</summary>
    public IReadOnlyList<string> Enabled
    {
        get
        {
            var stamp = Directory.GetLastWriteTimeUtc(folders.Enabled);
            var last = _last;
            if (last.Stamp == stamp && stamp != default)
            {
                return last.Names;
            }

            _last = last = new Snapshot(stamp, [.. NamesIn(folders.Enabled).Where(IsThirdParty)]);
            return last.Names;
        }
    }

    /// <summary>Everything <c>plugin:list</c> shows, in ordinal order of names.</summary>
    public IReadOnlyList<Plugin> All =>
        [.. CorePlugins.All.Concat(Available.Select(Describe)).OrderBy(plugin => plugin.Name, StringComparer.Ordinal)];

    /// <summary>Other people's plugins, enabled or not.</summary>
    public IEnumerable<string> Available => NamesIn(folders.Available).Where(name => !CorePlugins.Has(name) && PluginName.TryParse(name, out _));

    public bool IsAvailable(PluginName name) => Directory.Exists(FolderOf(name));

    public bool IsEnabled(PluginName name) => Path.Exists(LinkOf(name));

    public string FolderOf(PluginName name) => $"{folders.Available}/{name}";

    public string LinkOf(PluginName name) => $"{folders.Enabled}/{name}";

    /// <summary>The executables of one name in enabled plugins' folders, in order.</summary>
    /// <param name="file">A path below a plugin's folder that cannot leave it.</param>
    public IEnumerable<(string Plugin, string Path)> Executables(string file) =>
        from plugin in Enabled
        let path = $"{folders.Enabled}/{plugin}/{file}"
        where IsExecutable(path)
        select (plugin, path);

    /// <summary>Says that plugins were just switched on or off: two changes may share a folder's time.</summary>
    public void Forget() => _last = new Snapshot(default, []);

    internal static bool IsExecutable(string path)
    {
        try
        {
            return File.Exists(path) && (File.GetUnixFileMode(path) & Executable) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private Plugin Describe(string name)
    {
        var manifest = PluginManifest.TryRead($"{folders.Available}/{name}");
        return new Plugin(
            name, $"{folders.Available}/{name}", manifest?.Version ?? "", manifest?.Description ?? "", Path.Exists($"{folders.Enabled}/{name}"));
    }

    // A Dokku server keeps links to its own plugins among the others'. They are Dokku's programs, and built in here.
    private bool IsThirdParty(string name) =>
        PluginName.TryParse(name, out _) && !CorePlugins.Has(name)
        && !(new FileInfo($"{folders.Enabled}/{name}").LinkTarget ?? "").Contains("core-plugins", StringComparison.Ordinal)
        && Directory.Exists($"{folders.Enabled}/{name}");

    private static string[] NamesIn(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))
                .Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginProblems.Unreadable(folder, e.Message).AsException(e);
        }
    }

    private sealed record Snapshot(DateTime Stamp, IReadOnlyList<string> Names);
}
