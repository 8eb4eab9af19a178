using System.Globalization;

namespace Berth.Kernel;

/// <summary>Sizes as people read them.</summary>
public static class ByteSize
{
    /// <param name="bytes">Not negative.</param>
    /// <returns>In the largest unit of which there is one, rounded down: <c>512 bytes</c>, <c>64 KiB</c>, <c>8 MiB</c>.</returns>
    public static string Of(long bytes) => bytes switch
    {
        >= 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB"),
        >= 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 10} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes"),
    };
}
