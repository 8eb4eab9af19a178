using Berth.Acme.Accounts;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// What servers that know their customers gave out (external account binding), as <c>eab-kid</c> and <c>eab-hmac-key</c> hold it: one for whichever of the
/// servers wants it, or <c>host=value</c> for each.
/// </summary>
/// <param name="KeyIds">As set; null where nothing is.</param>
/// <param name="HmacKeys">Likewise, secrets.</param>
/// <param name="HasSeveral">Whether several servers are asked: to one that does not want it goes no other's.</param>
public sealed record AccountBindings(string? KeyIds, string? HmacKeys, bool HasSeveral)
{
    public static AccountBindings None { get; } = new(null, null, HasSeveral: false);

    /// <inheritdoc/>
    public override string ToString() => $"AccountBindings {{ KeyIds = {KeyIds} }}";

    /// <returns>Null where none is set for the server.</returns>
    public ExternalAccountBinding? At(Uri directory) =>
        ValueAt(KeyIds, directory) is { } id && ValueAt(HmacKeys, directory) is { } key
            ? new ExternalAccountBinding(id.Value, key.Value) { OnlyWhereRequired = HasSeveral && !(id.IsOwn && key.IsOwn) }
            : null;

    /// <summary>The values that a setting holds, without the servers they are for.</summary>
    internal static IEnumerable<string> ValuesOf(string setting) => Words(setting).Select(word => word.Value);

    private static (string Value, bool IsOwn)? ValueAt(string? setting, Uri directory)
    {
        (string? Host, string Value)[] words = [.. Words(setting ?? "")];
        return words.FirstOrDefault(word => string.Equals(word.Host, directory.Authority, StringComparison.OrdinalIgnoreCase)) is { Host: not null } own ? (own.Value, true)
            : words.FirstOrDefault(word => word.Host is null) is { Value: not null } any ? (any.Value, false)
            : null;
    }

    // Neither a key nor most names of keys hold a dot or a colon before an equals sign.
    private static IEnumerable<(string? Host, string Value)> Words(string setting)
    {
        foreach (var word in setting.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var end = word.IndexOf('=', StringComparison.Ordinal);
            yield return end > 0 && end < word.Length - 1 && word.AsSpan(0, end).ContainsAny('.', ':') ? (word[..end], word[(end + 1)..]) : (null, word);
        }
    }
}
