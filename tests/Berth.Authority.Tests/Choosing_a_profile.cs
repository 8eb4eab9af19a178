using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Authority.Tests;

/// <summary>draft-ietf-acme-profiles.</summary>
public sealed class Choosing_a_profile : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => options with
    {
        Profiles =
        [
            new OrderProfile
            {
                Name = "short", Description = "https://ca.example/short", Lifetime = TimeSpan.FromHours(160), MostNames = 2, AllowRsa = false,
                AllowWildcards = false, AllowAddresses = false,
            },
            new OrderProfile { Name = "long", Description = "A year.", Lifetime = TimeSpan.FromDays(365) },
        ],
    };

    [Fact]
    public async Task is_possible_among_those_the_directory_names()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        Assert.Equal(
            new Dictionary<string, string> { ["short"] = "https://ca.example/short", ["long"] = "A year." }, client.Directory.Meta!.Profiles);
    }

    [Theory]
    [InlineData("short", 160 * 60)]
    [InlineData("long", 365 * 24 * 60)]
    [InlineData(null, 90 * 24 * 60)]
    public async Task decides_how_long_the_certificate_lasts_and_shows_in_the_order(string? profile, int minutes)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var answer = await client.PostAsync(client.Directory.NewOrder, For(profile, "a.localhost"));
        var order = answer.As(AcmeJson.Default.Order);
        Assert.Equal(profile, order.Profile);
        await client.ProveAsync(answer.Location!, order, Host);

        await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"));

        var done = await client.WaitAsync(answer.Location!, AcmeJson.Default.Order, found => found.Status != "processing");
        Assert.Equal(profile, done.Profile);
        using var leaf = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem((await client.PostAsync(done.Certificate!)).Body);
        Assert.InRange((leaf.NotAfter - leaf.NotBefore).TotalMinutes, minutes, minutes + 3);
    }

    [Fact]
    public async Task is_refused_for_one_that_is_not_there_with_those_that_are()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var problem = (await client.PostAsync(client.Directory.NewOrder, For("other", "a.localhost"))).Refuses(AcmeError.InvalidProfile, 400);

        Assert.Contains("short, long", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task binds_names_and_keys()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var key = RSA.Create(2048);

        (await client.PostAsync(client.Directory.NewOrder, For("short", "a.localhost", "b.localhost", "c.localhost"))).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(client.Directory.NewOrder, For("short", "*.a.localhost"))).Refuses(AcmeError.RejectedIdentifier, 400);
        (await client.PostAsync(client.Directory.NewOrder, For("short", "127.0.0.1"))).Refuses(AcmeError.RejectedIdentifier, 400);
        var answer = await client.PostAsync(client.Directory.NewOrder, For("short", "a.localhost"));
        var order = await client.ProveAsync(answer.Location!, answer.As(AcmeJson.Default.Order), Host);
        var problem = (await client.PostAsync(order.Finalize, AcmeTestClient.Csr(key, "a.localhost"))).Refuses(AcmeError.BadCsr, 400);
        Assert.Contains("P-256", problem.Detail, StringComparison.Ordinal);
    }

    private static string For(string? profile, params string[] names) => JsonSerializer.Serialize(
        new NewOrderRequest { Identifiers = [.. names.Select(Identifier.Of)], Profile = profile }, AcmeJson.Default.NewOrderRequest);
}
