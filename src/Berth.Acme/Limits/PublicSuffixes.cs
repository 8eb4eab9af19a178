using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Berth.Kernel;

namespace Berth.Acme.Limits;

/// <summary>
/// The Public Suffix List (https://publicsuffix.org/list/): tells what a registered domain is. Built in, never fetched;
/// <c>scripts/public-suffixes.sh</c> brings it up to date.
/// </summary>
public static class PublicSuffixes
{
    private const string Resource = "Berth.Acme.Limits.public-suffixes.gz";
    private static readonly IdnMapping Idn = new();
    private static readonly Lazy<(byte[] Rules, int[] Starts, DateOnly Date)> List = new(Load);

    /// <summary>The list's date: a suffix that is younger is not known.</summary>
    public static DateOnly Date => List.Value.Date;

    /// <summary>
    /// What certificate limits count by: the suffix and the label before it. A name that is a suffix itself counts alone; an IPv4
    /// address too; an IPv6 address counts as its /64.
    /// </summary>
    /// <param name="name">As ordered: a host name with or without a wildcard label, or an address.</param>
    public static string RegisteredDomain(string name)
    {
        if (IPAddress.TryParse(name, out var address) && address.ToString() == name)
        {
            return address.GetAddressBytes() is { Length: 16 } bytes
                ? new IPAddress((byte[])[.. bytes.AsSpan(0, 8), 0, 0, 0, 0, 0, 0, 0, 0]) + "/64"
                : name;
        }

        var labels = (name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name).Split('.');
        var kept = Math.Min(SuffixLabels([.. labels.Select(Unicode)]) + 1, labels.Length);
        return string.Join('.', labels[^kept..]);
    }

    /// <inheritdoc cref="RegisteredDomain(string)"/>
    public static string RegisteredDomain(DomainName name) => RegisteredDomain(name.Text);

    // https://github.com/publicsuffix/list/wiki/Format: the longest rule wins, an exception wins over all; without any, "*".
    private static int SuffixLabels(string[] labels)
    {
        for (var first = 0; first < labels.Length; first++)
        {
            var count = labels.Length - first;
            var rest = string.Join('.', labels[first..]);
            if (Contains("!" + rest))
            {
                return count - 1;
            }

            if (Contains(rest) || (first + 1 < labels.Length && Contains("*." + string.Join('.', labels[(first + 1)..]))))
            {
                return count;
            }
        }

        return 1;
    }

    private static bool Contains(string rule)
    {
        var (rules, starts, _) = List.Value;
        var wanted = Encoding.UTF8.GetBytes(rule);
        var (low, high) = (0, starts.Length - 2);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = rules.AsSpan(starts[middle]..(starts[middle + 1] - 1)).SequenceCompareTo(wanted);
            if (order == 0)
            {
                return true;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }

    // The list writes its names in Unicode.
    private static string Unicode(string label)
    {
        try
        {
            return label.StartsWith("xn--", StringComparison.Ordinal) ? Idn.GetUnicode(label) : label;
        }
        catch (ArgumentException)
        {
            return label;
        }
    }

    private static (byte[] Rules, int[] Starts, DateOnly Date) Load()
    {
        using var packed = typeof(PublicSuffixes).Assembly.GetManifestResourceStream(Resource)!;
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        using var all = new MemoryStream();
        unpacked.CopyTo(all);
        var bytes = all.ToArray();
        var header = bytes.AsSpan().IndexOf((byte)'\n') + 1;
        List<int> starts = [header];
        for (var i = header; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n')
            {
                starts.Add(i + 1);
            }
        }

        var date = DateOnly.ParseExact(Encoding.ASCII.GetString(bytes, 3, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return (bytes, [.. starts], date);
    }
}
