using Berth.Acme.Protocol;
using CsCheck;

namespace Berth.Acme.Tests;

public sealed class Importing_a_strangers_key
{
    private static readonly JsonWebKey Good = new()
    {
        Kty = "EC",
        Crv = "P-256",
        X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    };

    public static TheoryData<JsonWebKey, string> Bad => new()
    {
        { Good with { X = Good.Y }, "not a valid public key" },
        { Good with { X = Good.X + "=" }, "32 bytes" },
        { Good with { X = "AA" }, "32 bytes" },
        { Good with { Y = null }, "32 bytes" },
        { Good with { Crv = "P-521" }, "curves" },
        { Good with { Crv = null }, "curves" },
        { Good with { Kty = "oct" }, "EC and RSA" },
        { Rsa(2048 / 8 - 1), "2048 to 4096" },
        { Rsa(4096 / 8 + 1), "2048 to 4096" },
        { Rsa(256) with { E = "AQ" }, "exponent" },
        { Rsa(256) with { E = "Ag" }, "exponent" },
        { Rsa(256) with { E = "AQAAAAE" }, "exponent" },
        { Rsa(256) with { N = "AP8" }, "leading zero" },
        { Rsa(256) with { N = null }, "base64url" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void refuses_what_is_weak_or_malformed_and_says_why(JsonWebKey key, string why)
    {
        Assert.False(JwsVerifyingKey.TryImport(key, out _, out var reason));
        Assert.Contains(why, reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2048 / 8)]
    [InlineData(4096 / 8)]
    public void takes_moduli_up_to_both_limits(int bytes)
    {
        Assert.True(JwsVerifyingKey.TryImport(Rsa(bytes), out var key, out _));
        key.Dispose();
    }

    [Fact]
    public void never_throws() =>
        Gen.Select(Gen.OneOf("EC", "RSA", "", "oct"), Gen.OneOf("P-256", "P-384", "x"), Text, Text).Sample((kty, crv, a, b) =>
        {
            if (JwsVerifyingKey.TryImport(new JsonWebKey { Kty = kty, Crv = crv, X = a, Y = b, N = a, E = b }, out var key, out _))
            {
                key.Dispose();
            }
        });

    private static Gen<string> Text => Gen.OneOf(Gen.String, Gen.Byte.Array[0, 64].Select(bytes => StrictBase64Url.Encode(bytes)));

    private static JsonWebKey Rsa(int bytes) =>
        new() { Kty = "RSA", N = StrictBase64Url.Encode([.. Enumerable.Repeat((byte)0xff, bytes)]), E = "AQAB" };
}
