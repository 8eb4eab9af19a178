using System.Globalization;
using System.Net;
using System.Text;
using Berth.Client;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>What <c>berth ca init</c> was told, kept as lines of <c>name value</c> in <c>settings</c> of the data folder, 0600.</summary>
internal static class CaSettings
{
    private static string FileIn(string folder) => Path.Combine(folder, "settings");

    public static AuthorityOptions Load(string folder)
    {
        var options = new AuthorityOptions { DataFolder = folder };
        if (!File.Exists(FileIn(folder)))
        {
            return options;
        }

        foreach (var line in File.ReadAllLines(FileIn(folder)).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var (name, value) = line.Split(' ', 2) is [var first, var rest] ? (first, rest.Trim()) : (line, "");
            options = With(options, name, value, FileIn(folder));
        }

        return options;
    }

    /// <summary>Writes what was said; nothing when nothing was.</summary>
    public static void Save(string folder, CaWords words)
    {
        var text = new StringBuilder();
        foreach (var (flag, name) in new[]
                 {
                     ("--database", "database"), ("--organization", "organization"), ("--permit", "permit"), ("--exclude", "exclude"),
                     ("--permit-network", "permit-network"), ("--token", "token"), ("--intermediate-days", "intermediate-days"),
                 })
        {
            foreach (var value in words.Values(flag))
            {
                RefuseUnfit(folder, flag, name, value);
                // The server starts in another folder, perhaps.
                var kept = name == "database" && !SharedDatabase.IsUrl(value) ? GivenPath.Full(value, flag) : value;
                text.Append(CultureInfo.InvariantCulture, $"{name} {kept}\n");
            }
        }

        if (text.Length > 0)
        {
            PrivateFolder.Ensure(folder);
            AtomicFile.Write(FileIn(folder), text.ToString());
        }
    }

    // A fault shows now, and to whom it was typed. A line holds one value, and white space around it is not kept.
    private static void RefuseUnfit(string folder, string flag, string name, string value)
    {
        if (value.Length == 0 || value != value.Trim() || value.Any(char.IsControl))
        {
            throw CaProblems.BadSetting("the command", flag, value).AsException();
        }

        With(new AuthorityOptions { DataFolder = folder }, name, value, "the command");
    }

    /// <summary>A database as it is written in a command or a file: an URL, or the path of a file that holds one.</summary>
    public static SharedDatabase Database(string text)
    {
        if (SharedDatabase.IsUrl(text))
        {
            return SharedDatabase.Parse(text, isSecret: false);
        }

        try
        {
            return SharedDatabase.Parse(CaFile.Read(text), isSecret: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw CaProblems.NoDatabaseFile(text, e.Message).AsException(e);
        }
    }

    private static AuthorityOptions With(AuthorityOptions options, string name, string value, string file) => name switch
    {
        "database" => options with { Database = Database(value) },
        "organization" when value.Length is > 0 and <= 60 && !value.Any(char.IsControl) => options with { Organization = value },
        "permit" => options with { PermittedDomains = options.PermittedDomains.Add(Domain(value, file)) },
        "exclude" => options with { ExcludedDomains = options.ExcludedDomains.Add(Domain(value, file)) },
        "permit-network" when IPNetwork.TryParse(value, out var network) => options with { PermittedNetworks = options.PermittedNetworks.Add(network) },
        "token" => options with { Token = Signing.TokenUri.Parse(value).ToString() },
        "intermediate-days" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 36_500
            => options with { IntermediateLifetime = TimeSpan.FromDays(days) },
        _ => throw CaProblems.BadSetting(file, name, value).AsException(),
    };

    /// <summary>A domain that intermediates may, or may not, certify.</summary>
    /// <param name="value">A dot in front, which some write, says nothing more.</param>
    /// <param name="file">Where it was said.</param>
    public static string Domain(string value, string file) => DomainName.TryParse(value.TrimStart('.'), out var name) && !name.IsWildcard
        ? name.Text
        : throw CaProblems.BadSetting(file, "domain", value).AsException();
}
