using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Berth.Kernel;

/// <summary>
/// A DNS host name as certificates carry it: A-labels, lower case, no trailing dot, at most 253 characters;
/// a wildcard only as the whole leftmost label (RFC 1123 §2.1, RFC 6125 §6.4.3). Where an app is reached, <see cref="TryParseHost"/>
/// takes an IP address in its place, as certificates may carry one, too (RFC 8738).
/// </summary>
public sealed record DomainName
{
    private const int Longest = 253;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> Folded = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    private DomainName(string text, IPAddress? address = null) => (Text, Address) = (text, address);

    public string Text { get; }

    /// <summary>The address that stands in a name's place; null for a name, which is the rule.</summary>
    public IPAddress? Address { get; }

    /// <summary>As it stands in a URL: an IPv6 address in brackets (RFC 3986 §3.2.2).</summary>
    public string UrlHost => Address is { AddressFamily: AddressFamily.InterNetworkV6 } ? $"[{Text}]" : Text;

    public bool IsWildcard => Text.StartsWith("*.", StringComparison.Ordinal);

    /// <summary>True for <c>localhost</c> and names below it, which stay on this machine (RFC 6761 §6.3).</summary>
    public bool IsLocalhost => Text == "localhost" || Text.EndsWith(".localhost", StringComparison.Ordinal);

    /// <summary>The name without its wildcard label.</summary>
    public DomainName Base => IsWildcard ? new DomainName(Text[2..]) : this;

    public override string ToString() => Text;

    public bool Equals(DomainName? other) => other is not null && other.Text == Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public static DomainName Parse(string text) =>
        TryParse(text, out var name, out var reason) ? name : throw KernelProblems.InvalidDomain(text, reason).AsException();

    public static bool TryParse(string? text, [NotNullWhen(true)] out DomainName? name) => TryParse(text, out name, out _);

    /// <param name="text">As a person wrote it; upper case and Unicode are folded to A-labels.</param>
    /// <param name="name">The parsed name.</param>
    /// <param name="reason">When false: what is wrong, as the end of a sentence.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out DomainName? name, [NotNullWhen(false)] out string? reason)
    {
        if (IsFolded(text))
        {
            (name, reason) = (new DomainName(text!), null);
            return true;
        }

        name = null;
        reason = WhyNotPlain(text ?? "");
        if (reason is not null)
        {
            return false;
        }

        var rest = text!.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        if (rest.EnumerateRunes().Any(IsUnseen) || !TryFold(rest, out var folded))
        {
            reason = "it holds characters that no host name may have";
            return false;
        }

        reason = WhyNotLabels(folded);
        if (reason is not null)
        {
            return false;
        }

        name = new DomainName(rest.Length == text.Length ? folded : "*." + folded);
        return true;
    }

    /// <summary>
    /// Reads what an app may be reached by: a host name, or the IP address of a host. An address is written without a zone or shortening in
    /// IPv4, and may stand in brackets in IPv6; it is kept in the form of RFC 5952.
    /// </summary>
    /// <inheritdoc cref="TryParse(string?, out DomainName?, out string?)"/>
    public static bool TryParseHost(string? text, [NotNullWhen(true)] out DomainName? name, [NotNullWhen(false)] out string? reason)
    {
        if (IsFolded(text) || AddressOf(text ?? "") is not { } address)
        {
            return TryParse(text, out name, out reason);
        }

        (name, reason) = (new DomainName(address.ToString(), address), null);
        return true;
    }

    /// <summary>
    /// Whether it is written as it is kept, as nearly all names are: nothing is to be folded then, and very many are read in no time. What may be
    /// an A-label is left to those who know what it stands for, and so is what might be an address.
    /// </summary>
    private static bool IsFolded(ReadOnlySpan<char> text)
    {
        var isNumber = true;
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label is [] or ['-', ..] or [.., '-'] or [_, _, '-', '-', ..] || label.Length > LongestLabel || label.ContainsAnyExcept(Folded))
            {
                return false;
            }

            isNumber = !label.ContainsAnyExceptInRange('0', '9');
        }

        return !isNumber && text.Length <= Longest;
    }

    // "1", "0x7f.1" and "127.1" are addresses to the system and to nobody else.
    private static IPAddress? AddressOf(string text)
    {
        var bare = text is ['[', .., ']'] ? text[1..^1] : text;
        return !bare.AsSpan().ContainsAny('%', '[') && IPAddress.TryParse(bare, out var address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !address.IsIPv4MappedToIPv6 && !address.IsIPv6Multicast : text == address.ToString())
            && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
            ? address
            : null;
    }

    // Marks of direction and other unseen characters make one name look like another (RFC 5892 §2: disallowed).
    private static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator;

    private static string? WhyNotPlain(string text) => text switch
    {
        "" => "it is empty",
        { Length: > 1000 } => "it is too long",
        _ when text.Contains("://", StringComparison.Ordinal) => "it is a URL, leave out the scheme",
        _ when text.Contains('/', StringComparison.Ordinal) => "it contains a '/'",
        _ when text.Contains(':', StringComparison.Ordinal) => "it contains a ':', ports do not belong here",
        _ when text.Contains('@', StringComparison.Ordinal) => "it contains an '@'",
        _ when text.Contains('_', StringComparison.Ordinal) => "it contains a '_', which no public host name may have",
        _ when text.AsSpan().ContainsAny(" \t\r\n\v\f") => "it contains a space",
        _ when text.EndsWith('.') => "it ends in a dot",
        _ when text.LastIndexOf('*') > 0 || (text[0] == '*' && !text.StartsWith("*.", StringComparison.Ordinal))
            => "a wildcard may only be the whole first label, as in *.example.com",
        _ => null,
    };

    private static bool TryFold(string text, out string folded)
    {
        folded = "";
        try
        {
            folded = Idn.GetAscii(text).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            // IdnMapping refuses with an exception only; ASCII names it refuses get a better reason below.
            folded = text.ToLowerInvariant();
            return Array.TrueForAll(folded.ToCharArray(), char.IsAscii);
        }
    }

    private static string? WhyNotLabels(string folded)
    {
        if (folded.Length > Longest)
        {
            return "it is longer than 253 characters";
        }

        if (folded.Length > 0 && folded.AsSpan(folded.LastIndexOf('.') + 1) is { Length: > 0 } last && !last.ContainsAnyExceptInRange('0', '9'))
        {
            return "it ends in a number, as IP addresses do and host names do not";
        }

        foreach (var label in folded.Split('.'))
        {
            var reason = label switch
            {
                "" => "it has an empty label (two dots in a row, or a dot at its start)",
                { Length: > LongestLabel } => $"its label '{label[..20]}…' is longer than 63 characters",
                _ when label[0] == '-' || label[^1] == '-' => $"its label '{label}' starts or ends with a hyphen",
                _ when !Array.TrueForAll(label.ToCharArray(), c => char.IsAsciiLetterOrDigit(c) || c == '-')
                    => "it holds characters that no host name may have",
                _ => null,
            };
            if (reason is not null)
            {
                return reason;
            }
        }

        return null;
    }
}
