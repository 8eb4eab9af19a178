using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Reading;

/// <summary>Reads a host name out of what a client sent: a Host header, an <c>:authority</c> or a server name of TLS.</summary>
internal static class HostLine
{
    /// <summary>The longest host name, in characters (RFC 1035 §3.1 as text).</summary>
    internal const int Longest = 253;

    private const int LongestLabel = 63;
    private const int LongestPort = 6; // ":65535"

    private static readonly IdnMapping Names = new();

    // Underscores are in no certificate, yet visitors reach labels with them through a wildcard.
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>
    /// The Host header or <c>:authority</c> as it was sent; empty for none. The web server's own word for it shows internationalized names in
    /// Unicode, which no table knows, and throws at those that are none.
    /// </summary>
    internal static string Of(HttpRequest request) => request.Headers.Host.ToString();

    /// <summary>A server name as TLS has told it: internationalized names come in Unicode from there, and tables hold them as they are sent.</summary>
    internal static string OfTls(string serverName)
    {
        if (Ascii.IsValid(serverName))
        {
            return serverName;
        }

        try
        {
            return Names.GetAscii(serverName);
        }
        catch (ArgumentException)
        {
            // No name, so nobody's.
            return serverName;
        }
    }

    /// <summary>Folds to lower case, without port and final dot.</summary>
    /// <param name="text">Anything a stranger sent.</param>
    /// <param name="name">At least <see cref="Longest"/> characters; holds the name afterwards.</param>
    /// <param name="length">The name's length.</param>
    /// <returns>False for what is neither a DNS name nor an address, with a port or without: empty, too long, other characters.</returns>
    internal static bool TryFold(ReadOnlySpan<char> text, Span<char> name, out int length)
    {
        length = 0;
        if (text is ['[', ..])
        {
            return TryFoldAddress(text, name, out length);
        }

        if (text.Length > Longest + 1 + LongestPort || !TryCutPort(ref text))
        {
            return false;
        }

        if (text is [.., '.'])
        {
            text = text[..^1];
        }

        return text.Length is > 0 and <= Longest
            && Ascii.ToLower(text, name, out length) == OperationStatus.Done
            && !name[..length].ContainsAnyExcept(NameCharacters)
            && AreLabels(name[..length]);
    }

    /// <summary>Whether it is one that <see cref="TryFold"/> takes.</summary>
    internal static bool IsHost(ReadOnlySpan<char> text)
    {
        Span<char> name = stackalloc char[Longest];
        return TryFold(text, name, out _);
    }

    /// <returns>The folded name, or null for what is none.</returns>
    internal static string? Fold(ReadOnlySpan<char> text)
    {
        Span<char> name = stackalloc char[Longest];
        return TryFold(text, name, out var length) ? new string(name[..length]) : null;
    }

    /// <summary>FNV-1a. Names in the table come from the machine's own users, so it needs no secret.</summary>
    internal static int Hash(ReadOnlySpan<char> name)
    {
        var hash = 2166136261;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 16777619;
        }

        return (int)(hash ^ (hash >> 16));
    }

    // An IPv6 address in brackets loses them, and gets the form of RFC 5952.
    private static bool TryFoldAddress(ReadOnlySpan<char> text, Span<char> name, out int length)
    {
        length = 0;
        var end = text.IndexOf(']');
        if (end < 0 || text.Length > end + 1 + LongestPort)
        {
            return false;
        }

        var inner = text[1..end];
        var rest = text[(end + 1)..];
        return (rest.IsEmpty || (rest[0] == ':' && IsPort(rest[1..])))
            && !inner.Contains('%')
            && IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            && address.TryFormat(name, out length);
    }

    private static bool TryCutPort(ref ReadOnlySpan<char> text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return true;
        }

        var port = text[(colon + 1)..];
        text = text[..colon];
        return IsPort(port);
    }

    // RFC 9110 §4.2.1 lets it be empty; RFC 9293 §3.1 gives it 16 bits.
    private static bool IsPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text.Length < LongestPort && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    // RFC 1123 §2.1: what the HTTP client can send on as a host, and no app's table holds anything else.
    private static bool AreLabels(ReadOnlySpan<char> name)
    {
        foreach (var range in name.Split('.'))
        {
            if (name[range] is not [not ('-' or '_'), ..] label || label.Length > LongestLabel)
            {
                return false;
            }
        }

        return true;
    }
}
