using System.Globalization;
using Berth.Kernel;

namespace Berth.Acme.Dns;

/// <summary>
/// One provider's settings, under lego's environment variable names; <c>NAME_FILE</c> names a file that holds the value of
/// <c>NAME</c>. Remembers what is secret, so that it never reaches a message.
/// </summary>
internal sealed class DnsSettings(string provider, IReadOnlyDictionary<string, string> values, DnsRights rights)
{
    private const int LargestFile = 64 * 1024;
    private const int ShortestSecret = 4;
    private readonly HashSet<string> _secrets = new(StringComparer.Ordinal);

    internal string Provider { get; } = provider;

    internal DnsRights Rights => rights;

    /// <summary>All of them, as they are set.</summary>
    internal IReadOnlyDictionary<string, string> Values => values;

    /// <returns>The first that is set and not empty; null when none is.</returns>
    internal string? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (values.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } text)
            {
                return text;
            }

            if (values.TryGetValue(name + "_FILE", out var file) && file.Trim().Length > 0)
            {
                return ReadFile(name, file.Trim());
            }
        }

        return null;
    }

    /// <exception cref="ProblemException"><see cref="DnsProblems.SettingMissing"/>.</exception>
    internal string Require(params ReadOnlySpan<string> names) =>
        Find(names) ?? throw DnsProblems.NoSetting(Provider, string.Join(" or ", names.ToArray())).AsException();

    internal string? FindSecret(params ReadOnlySpan<string> names) => Hide(Find(names));

    internal string RequireSecret(params ReadOnlySpan<string> names) => Hide(Require(names))!;

    /// <summary>Keeps a text out of messages: a setting, or a token that was got with one.</summary>
    internal string? Hide(string? secret)
    {
        if (secret is { Length: >= ShortestSecret })
        {
            lock (_secrets)
            {
                _secrets.Add(secret);
            }
        }

        return secret;
    }

    /// <summary>Foreign words without any of the secrets in them.</summary>
    internal string Scrub(string words)
    {
        lock (_secrets)
        {
            foreach (var secret in _secrets.OrderByDescending(secret => secret.Length))
            {
                words = words.Replace(secret, "***", StringComparison.Ordinal)
                    .Replace(Uri.EscapeDataString(secret), "***", StringComparison.Ordinal);
            }
        }

        return words;
    }

    internal bool Flag(string name) => Find(name) switch
    {
        null => false,
        var text when bool.TryParse(text, out var flag) => flag,
        "1" => true,
        "0" => false,
        _ => throw DnsProblems.BadSetting(Provider, name, "it is neither true nor false").AsException(),
    };

    internal int Number(string name, int usual, int least, int most)
    {
        if (Find(name) is not { } text)
        {
            return usual;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw DnsProblems.BadSetting(Provider, name, $"it is not a number from {least} to {most}").AsException();
    }

    internal Uri Url(string name, string usual)
    {
        var text = Find(name) ?? usual;
        return WebUrl.TryParse(text, out var url)
            ? url
            : throw DnsProblems.BadSetting(Provider, name, "it is no http or https URL").AsException();
    }

    /// <summary><c>PREFIX_PROPAGATION_TIMEOUT</c> and <c>PREFIX_POLLING_INTERVAL</c>, in seconds.</summary>
    internal DnsPatience Patience(string prefix, int timeout, int interval) => new(
        TimeSpan.FromSeconds(Number(prefix + "_PROPAGATION_TIMEOUT", timeout, 0, 86_400)),
        TimeSpan.FromSeconds(Number(prefix + "_POLLING_INTERVAL", interval, 1, 3_600)));

    /// <summary><c>PREFIX_TTL</c>, in seconds.</summary>
    internal int Ttl(string prefix, int usual, int least = 1) => Number(prefix + "_TTL", usual, least, 604_800);

    private string ReadFile(string name, string file)
    {
        try
        {
            if (rights.Use(() => PlainFile.Read(file, LargestFile)) is { } text)
            {
                return text.Trim();
            }

            throw DnsProblems.BadSetting(Provider, name + "_FILE", "there is no such file").AsException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DnsProblems.BadSetting(Provider, name + "_FILE", $"the file cannot be read ({Printable.Of(e.Message)})").AsException(e);
        }
    }
}
