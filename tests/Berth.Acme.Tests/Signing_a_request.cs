using System.Security.Cryptography;
using System.Text;
using Berth.Acme.Protocol;
using CsCheck;

namespace Berth.Acme.Tests;

public sealed class Signing_a_request
{
    private const string Payload = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

    private static readonly JsonWebKey RfcEc = new()
    {
        Kty = "EC",
        Crv = "P-256",
        X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    };

    private static readonly JsonWebKey RfcRsa = new()
    {
        Kty = "RSA",
        N = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W"
            + "_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZ"
            + "lxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        E = "AQAB",
    };

    [Fact]
    public void verifies_the_example_of_RFC_7515_appendix_A_3() => Assert.True(Verify(RfcEc, Message(
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")));

    [Fact]
    public void verifies_the_example_of_RFC_7515_appendix_A_2() => Assert.True(Verify(RfcRsa, Message(
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjb"
        + "KBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6"
        + "BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw")));

    [Theory]
    [InlineData(KeyType.P256, "ES256", 64)]
    [InlineData(KeyType.P384, "ES384", 96)]
    [InlineData(KeyType.Rsa2048, "RS256", 256)]
    public void is_verified_by_its_own_key_and_by_no_other(KeyType type, string algorithm, int signatureLength)
    {
        using var key = JwsSigningKey.Generate(type);
        using var other = JwsSigningKey.Generate(type);

        var message = key.Sign(new JwsHeader { Alg = key.Algorithm, Url = "https://ca.example/" }, "body"u8);

        Assert.Equal(algorithm, key.Algorithm);
        Assert.True(StrictBase64Url.TryDecode(message.Signature, out var signature));
        Assert.Equal(signatureLength, signature.Length);
        Assert.True(Verify(key.PublicKey, message));
        Assert.False(Verify(other.PublicKey, message));
    }

    [Fact]
    public void does_not_survive_any_change_of_a_character()
    {
        using var key = JwsSigningKey.Generate();
        var message = key.Sign(new JwsHeader { Alg = key.Algorithm }, "body"u8);
        Assert.True(JwsVerifyingKey.TryImport(key.PublicKey, out var verifier, out _));
        using var held = verifier;

        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1000], Gen.Char).Sample((part, at, c) =>
        {
            var changed = part switch
            {
                0 => message with { Protected = Change(message.Protected, at, c) },
                1 => message with { Payload = Change(message.Payload, at, c) },
                _ => message with { Signature = Change(message.Signature, at, c) },
            };
            Assert.Equal(changed == message, held.Verify(changed));
        });
    }

    [Fact]
    public void works_from_many_threads_at_once()
    {
        using var key = JwsSigningKey.Generate();
        Assert.True(JwsVerifyingKey.TryImport(key.PublicKey, out var verifier, out _));
        using var held = verifier;

        Parallel.For(0, 200, i => Assert.True(
            held.Verify(key.Sign(new JwsHeader { Alg = key.Algorithm }, Encoding.UTF8.GetBytes($"body {i}")))));
    }

    [Theory]
    [InlineData(KeyType.P256)]
    [InlineData(KeyType.P384)]
    [InlineData(KeyType.Rsa2048)]
    public void keeps_its_key_through_PEM(KeyType type)
    {
        using var key = JwsSigningKey.Generate(type);
        using var again = JwsSigningKey.FromPem(key.ExportPem());

        Assert.Equal(key.PublicKey, again.PublicKey);
    }

    [Fact]
    public void refuses_keys_it_cannot_use()
    {
        using var small = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        foreach (var pem in (string[])
            [small.ExportPkcs8PrivateKeyPem(), curve.ExportPkcs8PrivateKeyPem(), pair.ExportSubjectPublicKeyInfoPem(), "", "nonsense"])
        {
            Assert.Throws<CryptographicException>(() => JwsSigningKey.FromPem(pem));
        }
    }

    private static JwsMessage Message(string header, string signature) =>
        new() { Protected = header, Payload = Payload, Signature = signature };

    private static bool Verify(JsonWebKey jwk, JwsMessage message)
    {
        Assert.True(JwsVerifyingKey.TryImport(jwk, out var key, out _));
        using (key)
        {
            return key.Verify(message);
        }
    }

    private static string Change(string text, int at, char c) =>
        string.Concat(text.AsSpan(0, at % text.Length), c.ToString(), text.AsSpan(at % text.Length + 1));
}
