using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>Takes plugins in, switches them on and off, brings them up to date and removes them. A plugin is there whole or not at all.</summary>
public sealed class PluginInstaller(PluginCatalog catalog, CompatibilityFiles files, TimeProvider time)
{
    /// <summary>Holds what a plugin is pinned to.</summary>
    private const string Pin = ".plugin_committish";

    // The glob plugins/available/* passes names with a dot in front over.
    private const string Unfinished = ".new-";

    private readonly GitProgram _git = new(time);

    /// <summary>Fetches a plugin, looks it over and puts it in its place.</summary>
    internal async Task InstallAsync(PluginSource source, PluginName name, string? committish, CommandOutput output, CancellationToken cancel)
    {
        if (catalog.IsAvailable(name))
        {
            throw PluginProblems.AlreadyThere(name, catalog.FolderOf(name)).AsException();
        }

        MakeFolders();
        var fresh = $"{catalog.Folders.Available}/{Unfinished}{Guid.NewGuid():N}";
        try
        {
            await new PluginFetch(_git).FetchAsync(source, name, fresh, output, cancel);
            if (committish is not null)
            {
                await CheckOutAsync(source, fresh, committish, cancel);
            }

            PluginManifest.Demand(name, fresh);
            OpenToAll(fresh);
            Directory.Move(fresh, catalog.FolderOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(catalog.FolderOf(name), e.Message).AsException(e);
        }
        finally
        {
            Remove(fresh);
        }
    }

    /// <exception cref="ProblemException">It is not there, or enabled already.</exception>
    public void Enable(PluginName name)
    {
        if (catalog.IsEnabled(name))
        {
            throw PluginProblems.AlreadyEnabled(name).AsException();
        }

        if (!catalog.IsAvailable(name))
        {
            throw PluginProblems.Missing("Plugin does not exist", name).AsException();
        }

        MakeFolders();
        AtomicFile.Link(catalog.LinkOf(name), $"../available/{name}");
        Changed();
    }

    /// <exception cref="ProblemException">It is not there, or disabled already.</exception>
    public void Disable(PluginName name)
    {
        if (!catalog.IsEnabled(name))
        {
            throw PluginProblems.AlreadyDisabled(name).AsException();
        }

        if (!catalog.IsAvailable(name))
        {
            throw PluginProblems.Missing("Plugin does not exist", name).AsException();
        }

        MakeFolders();
        Remove(catalog.LinkOf(name));
        Changed();
    }

    /// <summary>Removes a plugin's link and folder; what it kept elsewhere is its own <c>uninstall</c> handler's business.</summary>
    public void Uninstall(PluginName name)
    {
        MakeFolders();
        Remove(catalog.LinkOf(name));
        Remove(catalog.FolderOf(name));
        Changed();
    }

    /// <summary>Brings a plugin that came from git up to date.</summary>
    /// <returns>What was done, as the contract says it.</returns>
    internal async Task<string> UpdateAsync(PluginName name, string? committish, CancellationToken cancel)
    {
        var folder = catalog.FolderOf(name);
        if (!Path.Exists($"{folder}/.git"))
        {
            throw PluginProblems.InvalidSource(folder, "it did not come from git, so there is nothing to update it from").AsException();
        }

        MakeFolders();
        var (detached, _, _) = await _git.RunAsync(["-C", folder, "symbolic-ref", "-q", "HEAD"], null, cancel);
        if (committish is null && detached != 0)
        {
            return $"Plugin pinned to {Printable.Of(PlainFile.Read($"{folder}/{Pin}")?.Trim() ?? "a commit")}";
        }

        await GitAsync(folder, ["fetch", "--tags", "origin"], cancel);
        if (committish is null)
        {
            await GitAsync(folder, ["merge", "--ff-only", "@{upstream}"], cancel);
        }
        else
        {
            await CheckOutAsync(new PluginSource(folder, PluginSourceKind.Git), folder, committish, cancel);
        }

        PluginManifest.Demand(name, folder);
        OpenToAll(folder);
        return committish is null ? $"Plugin ({name}) updated" : $"Plugin ({name}) updated and pinned to {Printable.Of(committish)}";
    }

    private async Task CheckOutAsync(PluginSource source, string folder, string committish, CancellationToken cancel)
    {
        if (committish.Length == 0 || committish[0] == '-' || committish.AsSpan().ContainsAnyInRange('\0', ' '))
        {
            throw PluginProblems.InvalidCommittish(committish).AsException();
        }

        if (source.Kind != PluginSourceKind.Git)
        {
            throw PluginProblems.InvalidSource(source.Address, "only what comes from git has commits to choose from").AsException();
        }

        var (status, _, _) = await _git.RunAsync(["-C", folder, "checkout", committish, "--"], null, cancel);
        if (status != 0)
        {
            throw PluginProblems.InvalidCommittish(committish).AsException();
        }

        AtomicFile.Write($"{folder}/{Pin}", committish + "\n", AtomicFile.PublicRead);
    }

    private async Task GitAsync(string folder, string[] words, CancellationToken cancel)
    {
        var (status, _, error) = await _git.RunAsync(["-C", folder, .. words], null, cancel);
        if (status != 0)
        {
            throw PluginProblems.CannotFetch(folder, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "git failed").AsException();
        }
    }

    private void Changed()
    {
        catalog.Forget();
        files.Forget();
        files.Ensure();
    }

    /// <summary>Makes the folders of plugins, and refuses them where others than root have put a link to another place.</summary>
    private void MakeFolders()
    {
        files.Ensure();
        PrivateFolder.Ensure(catalog.Folders.Available, PrivateFolder.PublicRead);
        PrivateFolder.Ensure(catalog.Folders.Enabled, PrivateFolder.PublicRead);
    }

    /// <summary>Plugins run under another account than the one that fetched them.</summary>
    private static void OpenToAll(string folder)
    {
        File.SetUnixFileMode(folder, PrivateFolder.PublicRead);
        foreach (var path in Directory.EnumerateFileSystemEntries(folder).Where(path => Path.GetFileName(path) != ".git"))
        {
            if (new FileInfo(path).LinkTarget is not null)
            {
                continue;
            }

            if (Directory.Exists(path))
            {
                OpenToAll(path);
                continue;
            }

            var executable = File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
            File.SetUnixFileMode(path, executable ? PrivateFolder.PublicRead : AtomicFile.PublicRead);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            FolderTree.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e.Message).AsException(e);
        }
    }
}
