using System.Globalization;
using Berth.Kernel;
using Npgsql;

namespace Berth.Authority;

/// <summary>Which PostgreSQL database, and how to enter it. May hold a password, so it prints as its address only.</summary>
public sealed class SharedDatabase
{
    private readonly NpgsqlConnectionStringBuilder _settings;

    private SharedDatabase(NpgsqlConnectionStringBuilder settings) => _settings = settings;

    public string Name => _settings.Database!;

    internal string ConnectionString => _settings.ConnectionString;

    /// <summary>The same for PostgreSQL's own programs, as variables: other users see a program's arguments.</summary>
    public IReadOnlyDictionary<string, string> ClientEnvironment => new Dictionary<string, string?>
    {
        ["PGHOST"] = _settings.Host,
        ["PGPORT"] = _settings.Port.ToString(CultureInfo.InvariantCulture),
        ["PGDATABASE"] = _settings.Database,
        ["PGUSER"] = _settings.Username,
        ["PGPASSWORD"] = _settings.Password,
        ["PGPASSFILE"] = _settings.Passfile,
        ["PGSSLMODE"] = _settings.SslMode switch
        {
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            var other => other.ToString().ToLowerInvariant(),
        },
        ["PGSSLROOTCERT"] = _settings.RootCertificate,
        ["PGSSLCERT"] = _settings.SslCertificate,
        ["PGSSLKEY"] = _settings.SslKey,
    }.Where(pair => pair.Value is { Length: > 0 }).ToDictionary(pair => pair.Key, pair => pair.Value!);

    /// <summary>As libpq reads it, without a password.</summary>
    public string Address => string.Create(
        CultureInfo.InvariantCulture,
        $"host={_settings.Host} port={_settings.Port} dbname={_settings.Database}{(_settings.Username is { Length: > 0 } user ? $" user={user}" : "")}");

    public override string ToString() => $"{_settings.Host}/{_settings.Database}";

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
