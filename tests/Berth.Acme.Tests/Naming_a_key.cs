using Berth.Acme.Protocol;

namespace Berth.Acme.Tests;

public sealed class Naming_a_key
{
    [Fact]
    public void gives_the_thumbprint_of_RFC_7638_section_3_1() => Assert.Equal(
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        new JsonWebKey
        {
            Kty = "RSA",
            N = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn"
                + "64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91"
                + "CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            E = "AQAB",
        }.Thumbprint());

    [Theory]
    [InlineData(KeyType.P256)]
    [InlineData(KeyType.P384)]
    [InlineData(KeyType.Rsa2048)]
    public void is_the_same_for_its_private_and_its_public_half(KeyType type)
    {
        using var key = JwsSigningKey.Generate(type);

        Assert.True(JwsVerifyingKey.TryImport(key.PublicKey, out var verifier, out _));
        using (verifier)
        {
            Assert.Equal(key.Thumbprint, verifier.Thumbprint);
            Assert.Equal(43, key.Thumbprint.Length);
        }
    }

    [Fact]
    public void cannot_be_forged_by_a_quote_in_a_member()
    {
        var forged = new JsonWebKey { Kty = "EC", Crv = "P-256", X = "AA\",\"y\":\"BB", Y = "BB" };

        Assert.Throws<InvalidOperationException>(forged.Thumbprint);
    }

    [Fact]
    public void computes_the_key_authorization_and_its_digests()
    {
        // RFC 8555 §8.3 shows the form; the digest was checked with: printf … | openssl dgst -sha256 -binary | basenc --base64url
        var authorization = KeyAuthorization.Of("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI");

        Assert.Equal("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI", authorization);
        Assert.Equal("LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", KeyAuthorization.Dns01Value(authorization));
        Assert.Equal("LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo", StrictBase64Url.Encode(KeyAuthorization.Digest(authorization)));
    }

    [Theory]
    [InlineData("evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA", true)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA", false)]
    [InlineData("../../../../../etc/passwd", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA\n", false)]
    [InlineData(null, false)]
    public void takes_for_a_token_only_what_is_safe_in_a_path(string? token, bool valid) =>
        Assert.Equal(valid, KeyAuthorization.IsToken(token));
}
