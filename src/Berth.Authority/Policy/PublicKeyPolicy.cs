using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Policy;

/// <summary>Decides which public keys may be certified: P-256, P-384, and RSA of 2048 to 4096 bits that is not known weak.</summary>
internal static class PublicKeyPolicy
{
    private const string EllipticCurve = "1.2.840.10045.2.1";
    internal const string RsaEncryption = "1.2.840.113549.1.1.1";
    private const string P256 = "06082A8648CE3D030107";
    private const string P384 = "06052B81040022";

    /// <summary>Primes closer than this many Fermat steps are found by anyone in a moment (CVE-2022-26320).</summary>
    private const int FermatSteps = 100;

    private static readonly int[] SmallPrimes = [.. Enumerable.Range(3, 750).Where(IsPrime)];

    private static readonly BigInteger SmallProduct =
        SmallPrimes.Aggregate(BigInteger.One, (product, prime) => product * prime);

    private static readonly (int Prime, bool[] IsPower)[] RocaTable =
        [.. SmallPrimes.Where(prime => prime <= 167).Select(prime => (prime, PowersOf65537(prime)))];

    /// <returns>Null when the key is good enough; otherwise why not, as the end of a sentence.</returns>
    internal static string? WhyWeak(PublicKey key) => key.Oid.Value switch
    {
        EllipticCurve => WhyWrongCurve(key),
        RsaEncryption => WhyWeakRsa(key),
        _ => "only EC and RSA keys are certified",
    };

    private static string? WhyWrongCurve(PublicKey key) => Convert.ToHexString(key.EncodedParameters?.RawData ?? []) switch
    {
        P256 when CurvePoint.P256.Holds(key.EncodedKeyValue.RawData) => null,
        P384 when CurvePoint.P384.Holds(key.EncodedKeyValue.RawData) => null,
        P256 or P384 => "it is not a point on its curve",
        _ => "of the elliptic curves only P-256 and P-384, by name, are certified",
    };

    private static string? WhyWeakRsa(PublicKey key)
    {
        using var rsa = key.GetRSAPublicKey();
        return rsa is null ? "it cannot be read" : WhyWeak(rsa.ExportParameters(includePrivateParameters: false));
    }

    internal static string? WhyWeak(RSAParameters key)
    {
        var modulus = new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true);
        var exponent = new BigInteger(key.Exponent, isUnsigned: true, isBigEndian: true);
        var bits = (long)modulus.GetBitLength();
        return 0 switch
        {
            _ when bits is < 2048 or > 4096 || bits % 8 != 0 => $"an RSA key has 2048 to 4096 bits, this one {bits}",
            _ when exponent.IsEven || exponent < 65537 || exponent > uint.MaxValue => "its exponent must be odd, 65537 to 2^32",
            _ when modulus.IsEven || !BigInteger.GreatestCommonDivisor(modulus, SmallProduct).IsOne
                => "its modulus has a small factor",
            _ when IsRoca(modulus) => "it comes from a generator with a known weakness (ROCA, CVE-2017-15361)",
            _ when HasClosePrimes(modulus) => "its two primes are too close to each other",
            _ => null,
        };
    }

    // Fermat: n = a² − b² with a just above √n.
    private static bool HasClosePrimes(BigInteger modulus)
    {
        var a = SquareRoot(modulus);
        for (var step = 0; step <= FermatSteps; step++, a++)
        {
            var rest = (a * a) - modulus;
            if (rest.Sign >= 0 && SquareRoot(rest) is var b && b * b == rest)
            {
                return true;
            }
        }

        return false;
    }

    // The flawed library's primes are powers of 65537 modulo every small prime; a good key is so by chance of 2^-27.
    private static bool IsRoca(BigInteger modulus) =>
        RocaTable.All(entry => entry.IsPower[(int)(modulus % entry.Prime)]);

    private static BigInteger SquareRoot(BigInteger value)
    {
        if (value.IsZero)
        {
            return value;
        }

        var root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);
        while (true)
        {
            var next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    private static bool[] PowersOf65537(int prime)
    {
        var powers = new bool[prime];
        for (var power = 1; !powers[power]; power = power * (65537 % prime) % prime)
        {
            powers[power] = true;
        }

        return powers;
    }

    private static bool IsPrime(int number) =>
        number % 2 != 0 && !Enumerable.Range(2, (int)Math.Sqrt(number) - 1).Any(divisor => number % divisor == 0);
}
