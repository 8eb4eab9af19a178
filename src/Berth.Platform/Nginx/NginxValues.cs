using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Berth.Platform.Nginx;

/// <summary>Values in nginx's notation: sizes (<c>50m</c>), times (<c>1m 30s</c>), addresses.</summary>
public static class NginxValues
{
    /// <summary>The longest time accepted; longer ones are mistakes.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(7);

    // Descending, as nginx wants them.
    private static readonly (string Unit, TimeSpan Length)[] Times =
    [
        ("w", TimeSpan.FromDays(7)),
        ("d", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    /// <summary>A number of bytes with <c>k</c>, <c>m</c> or <c>g</c>, in either case, or none.</summary>
    public static bool TrySize(string text, out long bytes)
    {
        var shift = text is [.., var unit] ? char.ToLowerInvariant(unit) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 } : 0;
        var isNumber = long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out bytes);
        var fits = isNumber && bytes <= long.MaxValue >> shift;
        bytes = fits ? bytes << shift : 0;
        return fits;
    }

    /// <summary>Numbers with <c>ms</c>, <c>s</c>, <c>m</c>, <c>h</c>, <c>d</c> or <c>w</c>, longest first; a bare number is seconds.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        var next = 0;
        for (var rest = text.AsSpan().Trim(' '); !rest.IsEmpty; rest = rest.TrimStart(' '))
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length;
            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAnyExceptInRange('a', 'z') is >= 0 and var stop ? stop : rest.Length;
            var unit = letters == 0 ? "s" : rest[..letters].ToString();
            var place = Array.FindIndex(Times, next, known => known.Unit == unit);
            if (place < 0)
            {
                return false;
            }

            rest = rest[letters..];
            next = place + 1;
            time += number * Times[place].Length;
            if (time > LongestTime)
            {
                return false;
            }
        }

        return next > 0;
    }

    /// <summary>An address of one family, an IPv6 one with or without brackets.</summary>
    public static bool TryAddress(string text, AddressFamily family, out IPAddress? address) =>
        IPAddress.TryParse(text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text, out address)
        && address.AddressFamily == family
        && (family == AddressFamily.InterNetworkV6 || text.Split('.').Length == 4);
}
