using System.Globalization;

namespace Berth.Platform.Ports;

/// <summary>Reads port numbers, and says what is wrong with one in the words that scripts look for.</summary>
internal static class PortNumber
{
    /// <returns>Null when it is a number, however large; else the fault.</returns>
    public static string? Fault(string text, out long value)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value))
        {
            return null;
        }

        var digits = text.AsSpan().TrimStart('+').TrimStart('-');
        var reason = digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9') ? "value out of range" : "invalid syntax";
        return $"err=strconv.Atoi: parsing \"{text}\": {reason}";
    }
}
