using System.Diagnostics.CodeAnalysis;

namespace Berth.Platform.Plugins;

/// <summary>Where a plugin comes from, as the words of <c>plugin:install</c> say.</summary>
/// <param name="Address">As written.</param>
/// <param name="Kind">How to fetch it.</param>
internal sealed record PluginSource(string Address, PluginSourceKind Kind)
{
    private const string FileScheme = "file://";

    /// <summary>The path of what lies on this machine; null for what does not.</summary>
    public string? LocalPath => PathIn(Address);

    /// <summary>True for the plugin that is built in here, however its address is spelled.</summary>
    public bool IsLetsEncrypt => Kind == PluginSourceKind.Git && NormalOf(Address) is "github.com/dokku/dokku-letsencrypt";

    /// <summary>Reads an address. Whether it leads anywhere shows when it is fetched.</summary>
    public static bool TryParse(string address, [NotNullWhen(true)] out PluginSource? source, [NotNullWhen(false)] out string? reason)
    {
        (source, reason) = address switch
        {
            "" => (null, "there is no address"),
            _ when address[0] == '-' => (null, "an address does not begin with a dash"),
            _ when address.AsSpan().ContainsAnyInRange('\0', ' ') => (null, "it holds a space or a control character"),
            _ when PathIn(address) is { } path => Local(address, path),
            _ when IsArchive(address) && IsHttp(address) => (new PluginSource(address, PluginSourceKind.RemoteArchive), null),
            _ when IsRemoteGit(address) => (new PluginSource(address, PluginSourceKind.Git), null),
            _ => (null, "it is neither a git address nor a whole path"),
        };
        return source is not null;
    }

    private static (PluginSource?, string?) Local(string address, string path) =>
        !Path.IsPathRooted(path) ? (null, "a path is written from / on")
        : File.Exists(path) && IsArchive(path) ? (new PluginSource(address, PluginSourceKind.LocalArchive), null)
        : !Directory.Exists(path) ? (null, "there is no such folder or archive")
        : Path.Exists($"{path}/.git") || Path.Exists($"{path}/HEAD") ? (new PluginSource(address, PluginSourceKind.Git), null)
        : (new PluginSource(address, PluginSourceKind.Folder), null);

    private static string? PathIn(string address) =>
        address.StartsWith('/') ? address
        : address.StartsWith(FileScheme, StringComparison.OrdinalIgnoreCase) ? address[FileScheme.Length..]
        : null;

    private static bool IsArchive(string address) =>
        IsPlainTar(address) || address.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || address.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the archive it names is not compressed.</summary>
    public static bool IsPlainTar(string address) => address.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    private static bool IsHttp(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    private static bool IsRemoteGit(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "ssh" or "git" or "git+ssh" ? uri!.Host.Length > 0 : IsScp(address);

    // user@host:path, the short form of ssh. A colon behind a slash belongs to a path.
    private static bool IsScp(string address)
    {
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && colon > at + 1 && colon < address.Length - 1 && !address.AsSpan(0, colon).Contains('/') && !address.Contains("://", StringComparison.Ordinal);
    }

    /// <summary>Host and path in lower case, without scheme, user, port, <c>.git</c> and final slashes: what two spellings have in common.</summary>
    private static string NormalOf(string address)
    {
        var text = address.ToLowerInvariant();
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        text = scheme < 0 ? text.Replace(':', '/') : text[(scheme + 3)..];
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var at = text.LastIndexOf('@', slash < 0 ? text.Length - 1 : slash);
        text = text[(at + 1)..].TrimEnd('/');
        text = text.EndsWith(".git", StringComparison.Ordinal) ? text[..^4] : text;
        var host = text.Split('/')[0];
        var bare = host.Split(':')[0];
        bare = bare.StartsWith("www.", StringComparison.Ordinal) ? bare[4..] : bare;
        return string.Join('/', text[host.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries).Prepend(bare));
    }
}
