namespace Berth.Acme.Issuing;

/// <summary>The names that an order is placed for, of those that a certificate is to answer for.</summary>
public static class OrderNames
{
    private const string Wildcard = "*";

    /// <summary>Sorted, each once, and without those that a wildcard among them stands for: Let's Encrypt refuses an order with both.</summary>
    /// <param name="names">Host names and addresses.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> names)
    {
        var all = names.ToHashSet(StringComparer.Ordinal);
        return [.. all.Where(name => !all.Contains(WildcardOf(name))).Order(StringComparer.Ordinal)];
    }

    // Of a wildcard none: it stands for one label (RFC 6125 §6.4.3).
    internal static string WildcardOf(string name) =>
        name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && name[..dot] != Wildcard ? Wildcard + name[dot..] : "";
}
