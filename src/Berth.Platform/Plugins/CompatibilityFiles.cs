using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;

namespace Berth.Platform.Plugins;

/// <summary>
/// The files of Dokku's own plugins that other plugins source, written by this program for itself: thin, and asking it for everything.
/// They travel inside the binary and are written out once for each version of it.
/// </summary>
/// <param name="folders">Where to.</param>
/// <param name="program">The program they call: this one.</param>
public sealed class CompatibilityFiles(PluginFolders folders, string program)
{
    private const string Resources = "compatibility/";
    private const UnixFileMode Mode = PrivateFolder.PublicRead; // 0755: plugins may run them, too

    // A core plugin without functions of its own still gives plugins what they source first.
    private const string Bare = "#!/usr/bin/env bash\nsource \"$PLUGIN_CORE_AVAILABLE_PATH/common/functions\"\n";

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Embedded = new(ReadAll);
    private readonly Lock _writing = new();
    private bool _ensured;

    /// <summary>Writes the files when they are missing or another version's. Without effect, and without cost, after the first time.</summary>
    /// <exception cref="ProblemException">They cannot be written.</exception>
    public void Ensure()
    {
        lock (_writing)
        {
            if (_ensured)
            {
                return;
            }

            var mark = $"{folders.Core}/{PluginFolders.Mark}";
            var version = VersionOf(program);
            if (!File.Exists(mark) || File.ReadAllText(mark) != version)
            {
                WriteAll();
                AtomicFile.Write(mark, version, AtomicFile.PublicRead);
            }

            LinkOthers();
            _ensured = true;
        }
    }

    /// <summary>Says that plugins came or went: the next <see cref="Ensure"/> looks again.</summary>
    public void Forget()
    {
        lock (_writing)
        {
            _ensured = false;
        }
    }

    private void WriteAll()
    {
        foreach (var name in CorePlugins.Names)
        {
            var folder = $"{folders.CoreAvailable}/{name}";
            PrivateFolder.Ensure(folder, PrivateFolder.PublicRead);
            Write($"{folder}/{PluginManifest.File}", ManifestOf(name), AtomicFile.PublicRead);
            Write($"{folder}/functions", Embedded.Value.GetValueOrDefault($"{name}/functions") ?? Bare, Mode);
            Write($"{folder}/internal-functions", $"#!/usr/bin/env bash\nsource \"$PLUGIN_CORE_AVAILABLE_PATH/{name}/functions\"\n", Mode);
        }

        foreach (var (path, text) in Embedded.Value.Where(file => !file.Key.EndsWith("/functions", StringComparison.Ordinal)))
        {
            Write($"{folders.CoreAvailable}/{path}", text, Mode);
        }

        PrivateFolder.Ensure(folders.Programs, PrivateFolder.PublicRead);
        PrivateFolder.Ensure(folders.CoreEnabled, PrivateFolder.PublicRead);
        foreach (var name in (ReadOnlySpan<string>)["dokku", "berth", "plugn"])
        {
            AtomicFile.Link($"{folders.Programs}/{name}", program);
        }

        PrivateFolder.Ensure(folders.StandIns, PrivateFolder.PublicRead);
        AtomicFile.Link($"{folders.StandIns}/sigil", program);
        AtomicFile.Link($"{folders.CoreAvailable}/common/prop", program);
        foreach (var name in CorePlugins.Names)
        {
            AtomicFile.Link($"{folders.CoreEnabled}/{name}", $"../available/{name}");
        }
    }

    /// <summary>Plugins look for each other in one folder: ours stand beside the others'.</summary>
    private void LinkOthers()
    {
        foreach (var part in (ReadOnlySpan<string>)["available", "enabled"])
        {
            var seen = $"{folders.Seen}/{part}";
            PrivateFolder.Ensure(seen, PrivateFolder.PublicRead);
            foreach (var name in CorePlugins.Names.Where(name => !Path.Exists($"{seen}/{name}")))
            {
                AtomicFile.Link($"{seen}/{name}", $"{folders.CoreAvailable}/{name}");
            }
        }

        if (folders.Seen != folders.Root)
        {
            Mirror();
        }
    }

    private void Mirror()
    {
        var catalog = new PluginCatalog(folders);
        Mirror(folders.Available, "available", [.. catalog.Available]);
        Mirror(folders.Enabled, "enabled", [.. catalog.Enabled]);
    }

    private void Mirror(string from, string part, string[] names)
    {
        var seen = $"{folders.Seen}/{part}";
        foreach (var gone in Directory.EnumerateFileSystemEntries(seen).Select(entry => Path.GetFileName(entry))
            .Where(name => !CorePlugins.Has(name) && !names.Contains(name)))
        {
            File.Delete($"{seen}/{gone}");
        }

        foreach (var name in names.Where(name => !Path.Exists($"{seen}/{name}")))
        {
            AtomicFile.Link($"{seen}/{name}", $"{from}/{name}");
        }
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            AtomicFile.Write(path, text, mode);
        }
    }

    private static string ManifestOf(string name) =>
        $"[plugin]\ndescription = \"{CorePlugins.DescriptionOf(name)}\"\nversion = \"{CorePlugins.Version}\"\n[plugin.config]\n";

    private static string VersionOf(string program)
    {
        var all = string.Concat(Embedded.Value.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"{file.Key}\n{file.Value}\n"));
        var names = string.Concat(CorePlugins.Names.Select(name => $"{name} {CorePlugins.DescriptionOf(name)}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"2 {CorePlugins.Version}\n{program}\n{names}{all}"))) + "\n";
    }

    private static Dictionary<string, string> ReadAll()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            files[name[Resources.Length..]] = reader.ReadToEnd();
        }

        return files;
    }
}
