using System.Text;
using System.Text.Json;
using Berth.Acme;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §6.</summary>
public sealed class Authenticating_a_request : WithAuthority
{
    [Theory]
    [InlineData("application/json")]
    [InlineData("application/jose+json; charset=utf-8")]
    [InlineData("text/plain")]
    public async Task wants_the_one_content_type(string contentType)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var body = AcmeTestClient.Body(client.Key, await client.HeaderAsync(client.Kid!), "");

        var answer = await client.SendAsync(client.Kid!, body, contentType);

        answer.Refuses(AcmeError.Malformed, 415);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("not json")]
    [InlineData("""{"protected":"e30","payload":"","signature":""}""")]
    [InlineData("""{"protected":{"protected":"e30"},"payload":"","signature":"AA"}""")]
    [InlineData("""{"protected":"e30=","payload":"","signature":"AA"}""")]
    [InlineData("""{"protected":"e30","protected":"e30","payload":"","signature":"AA"}""")]
    [InlineData("""{"protected":"e30","payload":"","signature":"AA","header":{"kid":"x"}}""")]
    [InlineData("""{"payload":"","signatures":[{"protected":"e30","signature":"AA"}]}""")]
    [InlineData("""{"protected":"e30","payload":"","signature":"AA","signatures":[]}""")]
    [InlineData("e30..AA")]
    public async Task refuses_what_is_no_flattened_JWS(string body)
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        (await client.SendAsync(client.Directory.NewAccount, body)).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task survives_deep_nesting_and_a_JWS_in_a_JWS()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        var deep = new string('[', 10_000);
        var inner = AcmeTestClient.Body(client.Key, await client.HeaderAsync(client.Directory.NewAccount), "{}");

        (await client.SendAsync(client.Directory.NewAccount, deep)).Refuses(AcmeError.Malformed, 400);
        (await client.SendAsync(client.Directory.NewAccount, $$"""{"protected":"e30","payload":{{inner}},"signature":"AA"}"""))
            .Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task takes_a_body_of_64_KiB_and_refuses_one_byte_more()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        var fits = new string(' ', 64 * 1024);

        (await client.SendAsync(client.Directory.NewAccount, fits)).Refuses(AcmeError.Malformed, 400);
        (await client.SendAsync(client.Directory.NewAccount, fits + " ")).Refuses(AcmeError.Malformed, 413);

        // So long that the refusal is there before all is sent: it is read all the same.
        (await client.SendAsync(client.Directory.NewAccount, new string(' ', 15 * 64 * 1024))).Refuses(AcmeError.Malformed, 413);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("ES512")]
    [InlineData("es256")]
    public async Task names_the_algorithms_it_takes_when_it_refuses_one(string algorithm)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var header = await client.HeaderAsync(client.Kid!) with { Alg = algorithm };

        var problem = (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, "")))
            .Refuses(AcmeError.BadSignatureAlgorithm, 400);

        Assert.Equal(["ES256", "ES384", "RS256"], problem.Algorithms!);
    }

    [Fact]
    public async Task refuses_an_algorithm_that_is_not_the_keys()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var header = await client.HeaderAsync(client.Kid!) with { Alg = "RS256" };

        (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, "")))
            .Refuses(AcmeError.BadSignatureAlgorithm, 400);
    }

    [Theory]
    [InlineData(KeyType.P256)]
    [InlineData(KeyType.P384)]
    [InlineData(KeyType.Rsa2048)]
    public async Task accepts_accounts_with_each_kind_of_key(KeyType type)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority, type);

        Assert.Equal(200, (await client.PostAsync(client.Kid!)).Status);
    }

    [Fact]
    public async Task takes_a_nonce_once()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var body = AcmeTestClient.Body(client.Key, await client.HeaderAsync(client.Kid!), "");

        Assert.Equal(200, (await client.SendAsync(client.Kid!, body)).Status);
        var refused = await client.SendAsync(client.Kid!, body);

        refused.Refuses(AcmeError.BadNonce, 400);
        var again = await client.HeaderAsync(client.Kid!) with { Nonce = refused.Nonce };
        Assert.Equal(200, (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, again, ""))).Status);
    }

    [Theory]
    [InlineData("not base64url!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAA+AAA/AAA")]
    public async Task refuses_a_nonce_that_is_no_base64url_as_malformed(string nonce)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var header = await client.HeaderAsync(client.Kid!) with { Nonce = nonce };

        (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, ""))).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task gives_a_fresh_nonce_with_every_answer_to_a_POST()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");

        var answers = new[]
        {
            await client.PostAsync(client.Kid!), await client.PostAsync(client.Kid + "/orders"), await client.PostAsync(url),
            await client.PostAsync(order.Authorizations[0]), await client.PostAsync(order.Finalize, "{}"),
            await client.PostAsync(client.Directory.NewOrder, "nonsense"), await client.PostAsync(client.Directory.NewNonce),
            await client.SendAsync(client.Kid!, "nonsense"), await client.SendAsync(client.Kid!, "{}", "application/json"),
        };

        Assert.All(answers, answer => Assert.Matches("^[A-Za-z0-9_-]+$", answer.Nonce));
        Assert.Equal(answers.Length, answers.Select(answer => answer.Nonce).Distinct().Count());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task refuses_a_nonce_it_has_not_made(string? nonce)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var header = await client.HeaderAsync(client.Kid!) with { Nonce = nonce };

        (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, ""))).Refuses(AcmeError.BadNonce, 400);
    }

    [Fact]
    public async Task lets_one_of_many_requests_with_the_same_nonce_through()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var body = AcmeTestClient.Body(client.Key, await client.HeaderAsync(client.Kid!), "");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.SendAsync(client.Kid!, body)));

        Assert.Single(answers, answer => answer.Status == 200);
    }

    [Fact]
    public async Task compares_the_signed_URL_to_the_letter()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        foreach (var url in new[] { client.Kid + "/", client.Kid + "?a", client.Directory.NewOrder, client.Kid!.Replace("localhost", "127.0.0.1", StringComparison.Ordinal) })
        {
            var header = await client.HeaderAsync(url);
            (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, ""))).Refuses(AcmeError.Unauthorized, 403);
        }
    }

    [Fact]
    public async Task wants_exactly_one_of_kid_and_jwk_and_the_right_one()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var both = await client.HeaderAsync(client.Kid!) with { Jwk = client.Key.PublicKey };
        var neither = await client.HeaderAsync(client.Kid!) with { Kid = null };
        var jwk = await client.HeaderAsync(client.Kid!) with { Kid = null, Jwk = client.Key.PublicKey };
        var kid = await client.HeaderAsync(client.Directory.NewAccount);

        foreach (var header in new[] { both, neither, jwk })
        {
            (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, ""))).Refuses(AcmeError.Malformed, 400);
        }

        (await client.SendAsync(client.Directory.NewAccount, AcmeTestClient.Body(client.Key, kid, "{}")))
            .Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task refuses_extensions_it_must_understand_and_does_not()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var header = await client.HeaderAsync(client.Kid!) with { Crit = ["b64"] };

        (await client.SendAsync(client.Kid!, AcmeTestClient.Body(client.Key, header, ""))).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task refuses_another_keys_signature_and_a_changed_payload()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var stranger = JwsSigningKey.Generate();
        var forged = AcmeTestClient.Body(stranger, await client.HeaderAsync(client.Kid!), "");
        var signed = client.Key.Sign(await client.HeaderAsync(client.Kid!), "{}"u8);
        var changed = JsonSerializer.Serialize(
            signed with { Payload = StrictBase64Url.Encode(Encoding.UTF8.GetBytes("""{"status":"deactivated"}""")) },
            AcmeJson.Default.JwsMessage);

        (await client.SendAsync(client.Kid!, forged)).Refuses(AcmeError.Malformed, 400);
        (await client.SendAsync(client.Kid!, changed)).Refuses(AcmeError.Malformed, 400);
    }

    [Theory]
    [InlineData("/account/ffffffffffffffffffffffffffffffff")]
    [InlineData("/order/1")]
    [InlineData("/account/' OR 1=1 --")]
    public async Task knows_no_account_it_has_not_made(string path)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var header = await client.HeaderAsync(client.Directory.NewOrder) with
        {
            Kid = Authority.Server.Directory.GetLeftPart(UriPartial.Authority) + path,
        };

        (await client.SendAsync(client.Directory.NewOrder, AcmeTestClient.Body(client.Key, header, "{}")))
            .Refuses(AcmeError.AccountDoesNotExist, 400);
    }

    [Theory]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","y":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"}""")]
    [InlineData("""{"kty":"RSA","n":"u1W4","e":"AQAB"}""")]
    [InlineData("""{"kty":"oct","k":"AA"}""")]
    public async Task refuses_keys_that_are_weak_or_none(string jwk)
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        var header = await client.HeaderAsync(client.Directory.NewAccount) with
        {
            Jwk = JsonSerializer.Deserialize(jwk, AcmeJson.Default.JsonWebKey),
        };

        (await client.SendAsync(client.Directory.NewAccount, AcmeTestClient.Body(client.Key, header, "{}")))
            .Refuses(AcmeError.BadPublicKey, 400);
    }
}
