using System.Globalization;
using System.Numerics;

namespace Berth.Authority.Policy;

/// <summary>Tells whether bytes are a point of a curve y² = x³ − 3x + b (FIPS 186-5, SP 800-186 §3.2.1), without making a key of them.</summary>
/// <remarks>The order of both curves is prime, so every point but infinity, which has no uncompressed form, is as good a key as any.</remarks>
internal sealed class CurvePoint
{
    private readonly BigInteger _prime;
    private readonly BigInteger _b;
    private readonly int _length;

    private CurvePoint(int bits, string prime, string b) => (_length, _prime, _b) = (bits / 8, Number(prime), Number(b));

    internal static CurvePoint P256 { get; } = new(
        256,
        "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
        "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");

    internal static CurvePoint P384 { get; } = new(
        384,
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef");

    /// <param name="point">Uncompressed: 4, x, y (SEC 1 §2.3.3).</param>
    internal bool Holds(ReadOnlySpan<byte> point)
    {
        if (point.Length != 1 + (2 * _length) || point[0] != 4)
        {
            return false;
        }

        var (x, y) = (Number(point.Slice(1, _length)), Number(point[(1 + _length)..]));
        return x < _prime && y < _prime && ((y * y) - (((x * x) - 3) * x) - _b) % _prime == 0;
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static BigInteger Number(string text) => BigInteger.Parse("0" + text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
