using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.3.4.</summary>
public sealed class Binding_an_account : WithAuthority
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    private protected override TimeProvider Time => _clock;

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { RequireBinding = true };

    [Fact]
    public async Task is_needed_where_the_directory_says_so()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        Assert.True(client.Directory.Meta!.ExternalAccountRequired);
        (await client.PostAsync(client.Directory.NewAccount, "{}")).Refuses(AcmeError.ExternalAccountRequired, 403);
    }

    [Theory]
    [InlineData("HS256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    public async Task takes_each_MAC_and_shows_the_binding_in_the_account(string algorithm)
    {
        await AddKeyAsync(new BindingKeyRecord { Id = "k", Secret = Secret, Created = default });
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        var answer = await RegisterAsync(client, Header(client) with { Alg = algorithm });

        Assert.True(answer.Status == 201, answer.Body);
        Assert.True(answer.As(AcmeJson.Default.Account).ExternalAccountBinding!.Value.TryGetProperty("protected", out _));
        Assert.Equal(200, (await client.PostAsync(client.Directory.NewAccount, """{"onlyReturnExisting":true}""")).Status);
    }

    [Fact]
    public async Task refuses_a_binding_that_breaks_a_rule()
    {
        await AddKeyAsync(new BindingKeyRecord { Id = "k", Secret = Secret, Created = default });
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        using var other = JwsSigningKey.Generate(KeyType.P256);
        var good = Header(client);

        (await RegisterAsync(client, good with { Alg = "ES256" })).Refuses(AcmeError.Malformed, 400);
        (await RegisterAsync(client, good with { Nonce = "x" })).Refuses(AcmeError.Malformed, 400);
        (await RegisterAsync(client, good with { Url = client.Directory.NewOrder })).Refuses(AcmeError.Malformed, 400);
        (await RegisterAsync(client, good with { Kid = null })).Refuses(AcmeError.Malformed, 400);
        (await RegisterAsync(client, good with { Jwk = client.Key.PublicKey })).Refuses(AcmeError.Malformed, 400);
        (await RegisterAsync(client, good with { Kid = "unknown" })).Refuses(AcmeError.Unauthorized, 403);
        (await RegisterAsync(client, good, secret: [1, 2, 3])).Refuses(AcmeError.Unauthorized, 403);
        (await RegisterAsync(client, good, payload: other.PublicKey)).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(client.Directory.NewAccount, """{"onlyReturnExisting":true}""")).Refuses(AcmeError.AccountDoesNotExist, 400);
    }

    [Fact]
    public async Task ends_with_the_keys_time_and_its_number_of_accounts()
    {
        await AddKeyAsync(new BindingKeyRecord { Id = "k", Secret = Secret, Created = default, MostAccounts = 1, Expires = _clock.GetUtcNow().AddDays(1) });
        using var first = await AcmeTestClient.ConnectAsync(Authority);
        using var second = await AcmeTestClient.ConnectAsync(Authority);
        Assert.Equal(201, (await RegisterAsync(first, Header(first))).Status);
        Assert.Equal(200, (await RegisterAsync(first, Header(first))).Status);

        (await RegisterAsync(second, Header(second))).Refuses(AcmeError.Unauthorized, 403);
        _clock.Advance(TimeSpan.FromDays(2));
        var problem = (await RegisterAsync(second, Header(second))).Refuses(AcmeError.Unauthorized, 403);

        Assert.Contains("expired", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task allows_the_names_and_the_number_of_orders_of_its_key_until_it_is_taken_away()
    {
        await AddKeyAsync(new BindingKeyRecord { Id = "k", Secret = Secret, Created = default, Names = [".team.localhost"], OrdersPerDay = 2 });
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        client.Kid = (await RegisterAsync(client, Header(client))).Location;

        (await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("a.localhost"))).Refuses(AcmeError.RejectedIdentifier, 400);
        await client.OrderAsync("a.team.localhost");
        await client.OrderAsync("b.team.localhost");
        var limited = await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("c.team.localhost"));
        limited.Refuses(AcmeError.RateLimited, 429);
        Assert.True(limited.Headers.ContainsKey("Retry-After"));
        _clock.Advance(TimeSpan.FromHours(25));
        await client.OrderAsync("c.team.localhost");

        await WithStoreAsync(store => store.RemoveBindingKeyAsync("k", CancellationToken.None));
        (await client.PostAsync(client.Directory.NewOrder, AcmeTestClient.OrderFor("d.team.localhost"))).Refuses(AcmeError.Unauthorized, 403);
    }

    private Task AddKeyAsync(BindingKeyRecord key) => WithStoreAsync(store => store.AddBindingKeyAsync(key, CancellationToken.None));

    // As an operator's command would, beside the running server.
    private async Task WithStoreAsync(Func<IAuthorityStore, Task> act)
    {
        await using var store = SqliteStore.Open(Path.Combine(Authority.Options.DataFolder, "authority.db"));
        await act(store);
    }

    private static JwsHeader Header(AcmeTestClient client) => new() { Alg = "HS256", Kid = "k", Url = client.Directory.NewAccount };

    private static Task<Answer> RegisterAsync(
        AcmeTestClient client, JwsHeader header, byte[]? secret = null, JsonWebKey? payload = null)
    {
        var head = StrictBase64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(header, AcmeJson.Default.JwsHeader));
        var body = StrictBase64Url.Encode(JsonSerializer.SerializeToUtf8Bytes(payload ?? client.Key.PublicKey, AcmeJson.Default.JsonWebKey));
        var signed = Encoding.ASCII.GetBytes($"{head}.{body}");
        var mac = header.Alg switch
        {
            "HS384" => HMACSHA384.HashData(secret ?? Secret, signed),
            "HS512" => HMACSHA512.HashData(secret ?? Secret, signed),
            _ => HMACSHA256.HashData(secret ?? Secret, signed),
        };
        var binding = new JwsMessage { Protected = head, Payload = body, Signature = StrictBase64Url.Encode(mac) };
        var request = new NewAccountRequest { ExternalAccountBinding = binding };
        return client.PostAsync(client.Directory.NewAccount, JsonSerializer.Serialize(request, AcmeJson.Default.NewAccountRequest));
    }
}
