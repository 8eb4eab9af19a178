using System.Text;
using System.Text.Json;
using Berth.Acme;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.3.5.</summary>
public sealed class Changing_an_account_key : WithAuthority
{
    [Fact]
    public async Task makes_the_new_key_the_only_one()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var old = client.Key;
        var fresh = JwsSigningKey.Generate(KeyType.P384);

        var answer = await client.PostAsync(client.Directory.KeyChange!, Inner(client, fresh));

        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal(client.Kid, answer.Location);
        (await client.PostAsync(client.Kid!)).Refuses(AcmeError.BadSignatureAlgorithm, 400);
        client.Key = fresh;
        Assert.Equal(200, (await client.PostAsync(client.Kid!)).Status);
    }

    [Fact]
    public async Task names_the_account_that_has_the_new_key_already()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);

        var answer = await client.PostAsync(client.Directory.KeyChange!, Inner(client, other.Key));

        answer.Refuses(AcmeError.Malformed, 409);
        Assert.Equal(other.Kid, answer.Location);
    }

    [Theory]
    [InlineData("inner url")]
    [InlineData("inner nonce")]
    [InlineData("inner kid")]
    [InlineData("account")]
    [InlineData("old key")]
    [InlineData("inner signature")]
    [InlineData("payload")]
    public async Task checks_everything_inside(string fault)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var fresh = JwsSigningKey.Generate();
        using var stranger = JwsSigningKey.Generate();
        var header = InnerHeader(client, fresh);
        var payload = Payload(client.Kid!, client.Key.PublicKey);
        var inner = fault switch
        {
            "inner url" => AcmeTestClient.Body(fresh, header with { Url = client.Directory.NewOrder }, payload),
            "inner nonce" => AcmeTestClient.Body(fresh, header with { Nonce = await client.NonceAsync() }, payload),
            "inner kid" => AcmeTestClient.Body(fresh, header with { Jwk = null, Kid = client.Kid }, payload),
            "account" => AcmeTestClient.Body(fresh, header, Payload(client.Kid + "0", client.Key.PublicKey)),
            "old key" => AcmeTestClient.Body(fresh, header, Payload(client.Kid!, stranger.PublicKey)),
            "inner signature" => AcmeTestClient.Body(stranger, header, payload),
            _ => "{}",
        };

        (await client.PostAsync(client.Directory.KeyChange!, inner)).Refuses(AcmeError.Malformed, 400);
        Assert.Equal(200, (await client.PostAsync(client.Kid!)).Status);
    }

    private static string Inner(AcmeTestClient client, JwsSigningKey fresh) =>
        AcmeTestClient.Body(fresh, InnerHeader(client, fresh), Payload(client.Kid!, client.Key.PublicKey));

    private static JwsHeader InnerHeader(AcmeTestClient client, JwsSigningKey fresh) =>
        new() { Alg = fresh.Algorithm, Jwk = fresh.PublicKey, Url = client.Directory.KeyChange };

    private static string Payload(string account, JsonWebKey oldKey) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(
        new KeyChangeRequest { Account = account, OldKey = oldKey }, AcmeJson.Default.KeyChangeRequest));
}
