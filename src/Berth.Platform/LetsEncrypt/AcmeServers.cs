using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>The names users give ACME servers, and their directories.</summary>
public static class AcmeServers
{
    public const string Default = "default";

    /// <summary>The authority inside Berth.</summary>
    public const string BuiltIn = "berth";

    /// <summary>Let's Encrypt's own addresses, from letsencrypt.org/docs/acme-protocol-updates.</summary>
    public const string Production = "https://acme-v02.api.letsencrypt.org/directory";

    public const string Staging = "https://acme-staging-v02.api.letsencrypt.org/directory";

    // Let's Encrypt, ZeroSSL, Google Trust Services, SSL.com, Buypass and Actalis, by the domains of their directories.
    private static readonly string[] PublicDomains = ["letsencrypt.org", "zerossl.com", "pki.goog", "ssl.com", "buypass.com", "buypass.no", "actalis.com"];

    /// <summary>The servers a setting lists, the preferred one first; the default where it lists none.</summary>
    public static IReadOnlyList<string> Split(string? setting)
    {
        var words = (setting ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length > 0 ? [.. words.Distinct()] : [Default];
    }

    /// <summary>What is wrong with a <c>server</c> setting; null when nothing is.</summary>
    public static Problem? Refuse(string setting) =>
        Split(setting).FirstOrDefault(word => !IsKnown(word)) is { } unknown ? LetsEncryptProblems.UnknownServer(unknown) : null;

    /// <summary>Whether the text names a server: one of the names, or an https URL.</summary>
    public static bool IsKnown(string server) =>
        server is "" or Default or "production" or "staging" or BuiltIn
        || (Uri.TryCreate(server, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0 && !server.Any(char.IsControl));

    /// <returns>The directory, or null for <see cref="BuiltIn"/>, whose address the daemon knows.</returns>
    /// <exception cref="ProblemException">No known name and no https URL.</exception>
    public static Uri? DirectoryOf(string server) => server switch
    {
        "" or Default or "production" => new Uri(Production),
        "staging" => new Uri(Staging),
        BuiltIn => null,
        _ when IsKnown(server) => new Uri(Lowered(server)),
        _ => throw LetsEncryptProblems.UnknownServer(server).AsException(),
    };

    // Scheme and host say the same in any case; accounts are kept by the text.
    private static string Lowered(string url)
    {
        var path = url.IndexOf('/', Math.Min(url.Length, Uri.UriSchemeHttps.Length + Uri.SchemeDelimiter.Length));
        return path < 0 ? url.ToLowerInvariant() : url[..path].ToLowerInvariant() + url[path..];
    }

    /// <summary>What reports show: a known name as its address.</summary>
    public static string Shown(string server) => server switch
    {
        "" or Default or "production" => Production,
        "staging" => Staging,
        _ => server,
    };

    /// <inheritdoc cref="Shown"/>
    public static string ShownAll(string setting) => string.Join(' ', Split(setting).Select(Shown));

    /// <summary>Whether the server is one of Let's Encrypt's.</summary>
    public static bool IsLetsEncrypt(Uri directory) => IsBelow("letsencrypt.org", directory);

    /// <summary>Whether the server is known to certify public names alone, and to look at them from the Internet.</summary>
    public static bool IsPublic(Uri directory) => PublicDomains.Any(domain => IsBelow(domain, directory));

    private static bool IsBelow(string domain, Uri directory) => directory.Host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
}
