using System.Security.Cryptography;

namespace Berth.Authority.Signing;

/// <summary>Makes certificate serial numbers: 16 bytes, positive, 126 of their bits from a cryptographic generator.</summary>
/// <remarks>
/// RFC 5280 §4.1.2.2 asks for a positive number of at most 20 bytes; the CA/Browser baseline for at least 64 random bits.
/// The second highest bit is always set, so that each number encodes to the same length.
/// </remarks>
internal static class SerialNumber
{
    internal const int Length = 16;

    internal static byte[] Next()
    {
        var serial = RandomNumberGenerator.GetBytes(Length);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }

    /// <returns>Lower-case hexadecimal, the form in URLs, in the inventory and in logs.</returns>
    internal static string Text(ReadOnlySpan<byte> serial) => Convert.ToHexStringLower(serial);
}
