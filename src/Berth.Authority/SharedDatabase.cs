using System.Globalization;
using Berth.Kernel;
using Npgsql;

namespace Berth.Authority;

/// <summary>Which PostgreSQL database, and how to enter it. May hold a password, so it prints as its address only.</summary>
public sealed class SharedDatabase
{
    private SharedDatabase(NpgsqlConnectionStringBuilder settings) =>
        (ConnectionString, _name) = (settings.ConnectionString, $"{settings.Host}/{settings.Database}");

    private readonly string _name;

    internal string ConnectionString { get; }

    public override string ToString() => _name;

    /// <param name="text">An URL, <c>postgres://user@host:5432/name</c>, or Npgsql's <c>Host=…;Database=…</c>.</param>
    /// <param name="isSecret">False where others may read the text, as in a program's arguments: no password then.</param>
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.DatabaseNotUsable"/>.</exception>
    public static SharedDatabase Parse(string text, bool isSecret)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var settings = IsUrl(text) ? OfUrl(new Uri(text.Trim())) : new NpgsqlConnectionStringBuilder(text.Trim());
            return settings switch
            {
                { Host: null or "" } => throw AuthorityProblems.UnusableDatabase("it names no host, nor the folder of a socket").AsException(),
                { Database: null or "" } => throw AuthorityProblems.UnusableDatabase("it names no database").AsException(),
                { Password: not (null or "") } when !isSecret => throw AuthorityProblems.UnusableDatabase(
                    "it holds a password, which every user of the machine could read").AsException(),
                _ => new SharedDatabase(settings),
            };
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException or FormatException)
        {
            // The parser's own message may repeat the text, password and all.
            throw AuthorityProblems.UnusableDatabase("it is neither a postgres:// URL nor a connection string").AsException();
        }
    }

    public static bool IsUrl(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("postgres://", StringComparison.Ordinal) || text.StartsWith("postgresql://", StringComparison.Ordinal);
    }

    private static NpgsqlConnectionStringBuilder OfUrl(Uri url)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Uri.UnescapeDataString(url.Host),
            Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
        };
        if (url.Port > 0)
        {
            settings.Port = url.Port;
        }

        if (url.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var password])
        {
            settings.Username = Uri.UnescapeDataString(user);
            settings.Password = password is [var secret] ? Uri.UnescapeDataString(secret) : null;
        }

        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            Set(settings, pair.Split('=', 2));
        }

        return settings;
    }

    // libpq's names for what an URL may say beside the address.
    private static void Set(NpgsqlConnectionStringBuilder settings, string[] pair)
    {
        var value = pair is [_, var text] ? Uri.UnescapeDataString(text) : "";
        switch (pair[0])
        {
            case "host": settings.Host = value; break;
            case "port": settings.Port = int.Parse(value, CultureInfo.InvariantCulture); break;
            case "sslmode": settings.SslMode = Enum.Parse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true); break;
            case "sslrootcert": settings.RootCertificate = value; break;
            case "sslcert": settings.SslCertificate = value; break;
            case "sslkey": settings.SslKey = value; break;
            default: throw AuthorityProblems.UnusableDatabase($"it says '{Printable.Of(pair[0], 40)}', which is not known here").AsException();
        }
    }
}
