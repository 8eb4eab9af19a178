using System.IO.Compression;
using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>Fetches a plugin into an empty folder, from wherever it is.</summary>
internal sealed class PluginFetch(GitProgram git)
{
    private const long DownloadLimit = 64 << 20;

    // A plugin is scripts: more than this is a mistake or an attack.
    private static readonly ArchiveLimits Limits = new(256 << 20, 20_000);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <param name="source">Where from.</param>
    /// <param name="name">What it will be called.</param>
    /// <param name="folder">Where to: not there yet.</param>
    /// <param name="output">Shows what git says.</param>
    /// <param name="cancel">Gives up; what is in the folder then is the caller's to remove.</param>
    /// <exception cref="ProblemException">It could not be fetched, or is no archive to be trusted.</exception>
    public async Task FetchAsync(PluginSource source, PluginName name, string folder, CommandOutput output, CancellationToken cancel)
    {
        try
        {
            await (source.Kind switch
            {
                PluginSourceKind.Git => CloneAsync(source, name, folder, output, cancel),
                PluginSourceKind.Folder => Task.Run(() => CopyPlugin(source.LocalPath!, name, folder, cancel), cancel),
                PluginSourceKind.LocalArchive => UnpackFileAsync(source.LocalPath!, folder, cancel),
                _ => DownloadAsync(source.Address, folder, cancel),
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
        {
            throw PluginProblems.CannotFetch(source.Address, e.Message).AsException(e);
        }
    }

    private async Task CloneAsync(PluginSource source, PluginName name, string folder, CommandOutput output, CancellationToken cancel)
    {
        // Nothing is shared with a folder that is somebody else's. In git's own words, but for the folder that is only on the way.
        output.ErrorLine($"Cloning into '{name}'...");
        var (status, _, error) = await git.RunAsync(["clone", "--quiet", "--no-hardlinks", "--", source.LocalPath ?? source.Address, folder], output, cancel);
        if (status != 0)
        {
            throw new IOException(error.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "git failed");
        }
    }

    private static async Task UnpackFileAsync(string path, string folder, CancellationToken cancel)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await UnpackAsync(file, PluginSource.IsPlainTar(path), folder, cancel);
    }

    private static async Task DownloadAsync(string address, string folder, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler { MaxAutomaticRedirections = 5 };
        using var client = new HttpClient(handler) { Timeout = Patience };
        using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"the server answered {(int)response.StatusCode}");
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        await UnpackAsync(new LimitedStream(body, DownloadLimit), PluginSource.IsPlainTar(address), folder, cancel);
    }

    private static async Task UnpackAsync(Stream archive, bool plain, string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        await using var tar = plain ? archive : new GZipStream(archive, CompressionMode.Decompress);
        await Archive.UnpackAsync(tar, folder, Limits, cancel);
        LiftOnlyFolder(folder);
    }

    /// <summary>Archives of a repository hold one folder with everything in it.</summary>
    private static void LiftOnlyFolder(string folder)
    {
        if (Directory.GetFileSystemEntries(folder) is [var only] && Directory.Exists(only) && new DirectoryInfo(only).LinkTarget is null)
        {
            var aside = folder + ".lift";
            Directory.Move(only, aside);
            Directory.Delete(folder);
            Directory.Move(aside, folder);
        }
    }

    /// <summary>Looks first: a slip of the fingers must not copy a whole machine.</summary>
    private static void CopyPlugin(string from, PluginName name, string to, CancellationToken cancel)
    {
        PluginManifest.Demand(name, from);
        var left = Limits;
        Copy(from, to, ref left, cancel);
    }

    private static void Copy(string from, string to, ref ArchiveLimits left, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFileSystemEntries(from))
        {
            var target = Path.Combine(to, Path.GetFileName(path));
            var file = new FileInfo(path);
            left = new ArchiveLimits(left.Bytes - (file.Exists ? file.Length : 0), left.Entries - 1);
            if (left.Entries < 0 || left.Bytes < 0)
            {
                throw new IOException("it holds more than a plugin may");
            }

            if (file.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
            }
            else if (Directory.Exists(path))
            {
                Copy(path, target, ref left, cancel);
            }
            else if (PlainFile.IsPlain(path))
            {
                File.Copy(path, target);
            }
        }
    }
}
