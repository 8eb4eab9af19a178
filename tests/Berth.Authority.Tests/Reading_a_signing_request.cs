using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;
using Berth.Authority.Policy;
using Berth.TestKit;
using CsCheck;

namespace Berth.Authority.Tests;

public sealed class Reading_a_signing_request : WithAuthority
{
    [Fact]
    public async Task refuses_a_name_too_many_and_a_name_too_few()
    {
        var (client, order) = await ReadyAsync("a.localhost", "b.localhost");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"))).Refuses(AcmeError.BadCsr, 400);
        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost", "b.localhost", "c.localhost")))
            .Refuses(AcmeError.BadCsr, 400);
        (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key))).Refuses(AcmeError.BadCsr, 400);
        Assert.Equal(200, (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "B.localhost", "a.localhost"))).Status);
    }

    [Fact]
    public async Task refuses_the_accounts_own_key()
    {
        var (client, order) = await ReadyAsync("a.localhost");
        using var key = ECDsa.Create();
        key.ImportFromPem(client.Key.ExportPem());

        var problem = (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"))).Refuses(AcmeError.BadCsr, 400);

        Assert.Contains("account", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_a_signature_that_is_not_by_its_own_key()
    {
        var (client, order) = await ReadyAsync("a.localhost");
        var csr = Request(ECDsa.Create(ECCurve.NamedCurves.nistP256)).CreateSigningRequest();
        csr[^1] ^= 1;

        (await client.PostAsync(order.Finalize, AcmeTestClient.Finalize(csr))).Refuses(AcmeError.BadCsr, 400);
    }

    [Fact]
    public async Task refuses_garbage()
    {
        var (client, order) = await ReadyAsync("a.localhost");
        foreach (var csr in new byte[][] { [], [0x30], [0x30, 0x00], RandomNumberGenerator.GetBytes(2000) })
        {
            (await client.PostAsync(order.Finalize, AcmeTestClient.Finalize(csr))).Refuses(AcmeError.BadCsr, 400);
        }

        (await client.PostAsync(order.Finalize, """{"csr":"a+b/"}""")).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task refuses_names_that_are_no_DNS_names()
    {
        var (client, order) = await ReadyAsync("a.localhost");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(key);
        request.CertificateExtensions.Clear();
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.localhost");
        names.AddEmailAddress("a@example.com");
        request.CertificateExtensions.Add(names.Build());

        (await client.PostAsync(order.Finalize, AcmeTestClient.Finalize(request.CreateSigningRequest()))).Refuses(AcmeError.BadCsr, 400);
    }

    [Fact]
    public void counts_the_common_name_as_a_name()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Common.localhost, O=Somebody", key, HashAlgorithmName.SHA256);

        Assert.Equal(["common.localhost"], SigningRequestPolicy.Read(request.CreateSigningRequest()).Names);
    }

    [Fact]
    public async Task refuses_SHA_1()
    {
        var file = Authority["sha1.csr"];
        await ExternalProgram.SucceedAsync(
            "openssl",
            [
                "req", "-new", "-newkey", "rsa:2048", "-nodes", "-sha1", "-subj", "/CN=a.localhost", "-outform", "DER",
                "-keyout", Authority["sha1.key"], "-out", file,
            ]);
        var csr = await File.ReadAllBytesAsync(file);

        var rejection = Assert.Throws<Rejection>(() => SigningRequestPolicy.Read(csr));
        Assert.Equal(AcmeError.BadCsr, rejection.Document.Type);
        Assert.Contains("SHA-256", rejection.Document.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void refuses_short_RSA_keys_and_other_curves()
    {
        using var rsa = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP521);

        foreach (var request in new[]
        {
            new CertificateRequest("CN=a.localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            new CertificateRequest("CN=a.localhost", curve, HashAlgorithmName.SHA256),
        })
        {
            Assert.Throws<Rejection>(() => SigningRequestPolicy.Read(request.CreateSigningRequest()));
        }
    }

    [Fact]
    public void knows_points_of_the_curves_from_other_bytes() => Gen.Select(Gen.Bool, Gen.Int[0, 96], Gen.Byte[1, 255]).Sample(
        (isLong, at, flip) =>
        {
            using var key = ECDsa.Create(isLong ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
            var point = new PublicKey(key).EncodedKeyValue.RawData;
            var (curve, other) = isLong ? (CurvePoint.P384, CurvePoint.P256) : (CurvePoint.P256, CurvePoint.P384);
            Assert.True(curve.Holds(point));
            Assert.False(other.Holds(point));
            Assert.False(curve.Holds(point.AsSpan(0, point.Length - 1)));
            point[at % point.Length] ^= flip;
            Assert.False(curve.Holds(point));
        },
        iter: 300);

    [Fact]
    public void refuses_coordinates_beyond_the_prime()
    {
        // x + p is the same point to whoever reduces, and other bytes to whoever compares.
        var point = new byte[65];
        point[0] = 4;
        point.AsSpan(1, 32).Fill(0xFF);
        Assert.False(CurvePoint.P256.Holds(point));
    }

    [Fact]
    public void knows_weak_RSA_keys_from_good_ones()
    {
        using var rsa = RSA.Create(2048);
        var good = rsa.ExportParameters(includePrivateParameters: false);
        Assert.Null(PublicKeyPolicy.WhyWeak(good));
        Assert.Contains("exponent", PublicKeyPolicy.WhyWeak(good with { Exponent = [3] }), StringComparison.Ordinal);
        Assert.Contains("factor", PublicKeyPolicy.WhyWeak(With(OddMultipleOf751(good.Modulus!))), StringComparison.Ordinal);
        var (p, q) = ClosePrimes(1024);
        Assert.Contains("close", PublicKeyPolicy.WhyWeak(With(p * q)), StringComparison.Ordinal);
        Assert.Contains("ROCA", PublicKeyPolicy.WhyWeak(With(Roca())), StringComparison.Ordinal);
    }

    private async Task<(AcmeTestClient Client, Order Order)> ReadyAsync(params string[] names)
    {
        var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync(names);
        return (client, await client.ProveAsync(url, order, Host));
    }

    private static CertificateRequest Request(ECDsa key)
    {
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("a.localhost");
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static RSAParameters With(BigInteger modulus) => new()
    {
        Modulus = modulus.ToByteArray(isUnsigned: true, isBigEndian: true),
        Exponent = [1, 0, 1],
    };

    // A modulus that is a power of 65537 modulo every small prime is what the flawed generator makes.
    private static BigInteger Roca()
    {
        var product = Enumerable.Range(3, 165).Where(IsSmallPrime).Aggregate(BigInteger.One, (all, prime) => all * prime);
        var residue = BigInteger.ModPow(65537, 12345, product);
        var high = BigInteger.One << 2047;
        var candidate = high - (high % product) + product + residue;
        while (candidate.IsEven || Enumerable.Range(168, 600).Where(IsSmallPrime).Any(prime => candidate % prime == 0))
        {
            candidate += product;
        }

        return candidate;
    }

    private static BigInteger OddMultipleOf751(byte[] modulus)
    {
        var factor = new BigInteger(modulus, isUnsigned: true, isBigEndian: true) / 751;
        return 751 * (factor.IsEven ? factor - 1 : factor);
    }

    private static bool IsSmallPrime(int number) => Enumerable.Range(2, number - 2).TakeWhile(d => d * d <= number).All(d => number % d != 0);

    private static (BigInteger P, BigInteger Q) ClosePrimes(int bits)
    {
        var start = (BigInteger.One << (bits - 1)) + (BigInteger.One << (bits - 2)) + RandomNumberGenerator.GetInt32(int.MaxValue);
        var p = NextPrime(start);
        return (p, NextPrime(p + 2));
    }

    private static BigInteger NextPrime(BigInteger from)
    {
        for (var candidate = from.IsEven ? from + 1 : from; ; candidate += 2)
        {
            if (BigInteger.ModPow(2, candidate - 1, candidate).IsOne && BigInteger.ModPow(3, candidate - 1, candidate).IsOne)
            {
                return candidate;
            }
        }
    }
}
