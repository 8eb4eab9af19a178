using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using CsCheck;

namespace Berth.Authority.Tests;

/// <summary>RFC 9773.</summary>
public sealed class Asking_when_to_renew : WithAuthority
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [Fact]
    public async Task needs_no_account_and_answers_with_a_window_and_a_time_to_ask_again()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");

        using var response = await client.Http.GetAsync(Url(client, leaf));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(TimeSpan.FromHours(6), response.Headers.RetryAfter!.Delta);
        var window = Read(await response.Content.ReadAsStringAsync()).SuggestedWindow;
        Assert.True(leaf.NotBefore.ToUniversalTime() < window.Start && window.Start < window.End && window.End < leaf.NotAfter.ToUniversalTime());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAA.AAAA")]
    [InlineData("AAAA.")]
    [InlineData(".AAAA")]
    [InlineData("AAAA.AAAA.AAAA")]
    [InlineData("%2e%2e")]
    public async Task answers_404_for_what_is_no_certificate_of_its_own(string identifier)
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        using var response = await client.Http.GetAsync(new Uri($"{client.Directory.RenewalInfo}/{identifier}"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(ProblemDocument.ContentType, response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task wants_the_issuers_key_identifier_too()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        var serial = RenewalCertificateId.Of(leaf)!.Split('.')[1];

        using var response = await client.Http.GetAsync(new Uri($"{client.Directory.RenewalInfo}/{StrictBase64Url.Encode(new byte[20])}.{serial}"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task lies_in_the_past_once_the_certificate_is_revoked()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        await client.RevokeAsync(leaf);

        Assert.True(Read(await client.Http.GetStringAsync(Url(client, leaf))).SuggestedWindow.End <= TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task follows_the_window_of_an_incident_and_its_explanation()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        var (other, _) = await client.IssueAsync(_key, Host, "b.localhost");
        var start = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        await using var store = SqliteStore.Open(Path.Combine(Authority.Options.DataFolder, "authority.db"));
        var incident = new IncidentRecord
        {
            Id = "1",
            Serial = leaf.SerialNumber.ToLowerInvariant(),
            Start = start,
            End = start.AddHours(8),
            Url = "https://ca.example/incident",
        };
        await store.AddIncidentsAsync([incident], CancellationToken.None);

        var info = Read(await client.Http.GetStringAsync(Url(client, leaf)));

        Assert.Equal((start, start.AddHours(8), "https://ca.example/incident"), (info.SuggestedWindow.Start, info.SuggestedWindow.End, info.ExplanationUrl));
        Assert.Null(Read(await client.Http.GetStringAsync(Url(client, other))).ExplanationUrl);
        await store.AddIncidentsAsync([incident with { Id = "2", Serial = null, IssuedUntil = start.AddDays(1), Url = null }], CancellationToken.None);
        Assert.Equal(start, Read(await client.Http.GetStringAsync(Url(client, other))).SuggestedWindow.Start);
        await store.AddIncidentsAsync([incident with { Id = "3", Serial = null, Issuer = "2" }, incident with { Id = "4", Serial = null, IssuedFrom = start.AddDays(1) }], CancellationToken.None);
        Assert.Null(Read(await client.Http.GetStringAsync(Url(client, other))).ExplanationUrl);
        await store.AddIncidentsAsync([incident with { Id = "5", Serial = null, Issuer = "1" }], CancellationToken.None);
        Assert.Equal(incident.Url, Read(await client.Http.GetStringAsync(Url(client, other))).ExplanationUrl);
        Assert.True(await store.RemoveIncidentAsync("5", CancellationToken.None));
        Assert.True(await store.RemoveIncidentAsync("2", CancellationToken.None));
        Assert.NotEqual(start, Read(await client.Http.GetStringAsync(Url(client, other))).SuggestedWindow.Start);
    }

    [Fact]
    public async Task lets_one_order_replace_a_certificate_and_shows_what_it_replaces()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost", "b.localhost");
        var identifier = RenewalCertificateId.Of(leaf)!;

        var first = await client.PostAsync(client.Directory.NewOrder, Replacing(identifier, "a.localhost", "c.localhost"));
        Assert.Equal((201, identifier), (first.Status, first.As(AcmeJson.Default.Order).Replaces));
        Assert.Equal(identifier, (await client.ReadAsync(first.Location!, AcmeJson.Default.Order)).Replaces);
        (await client.PostAsync(client.Directory.NewOrder, Replacing(identifier, "a.localhost"))).Refuses(AcmeError.AlreadyReplaced, 409);

        // An order that became invalid replaces nothing.
        await client.PostAsync(first.As(AcmeJson.Default.Order).Authorizations[1], """{"status":"deactivated"}""");
        Assert.Equal(201, (await client.PostAsync(client.Directory.NewOrder, Replacing(identifier, "a.localhost"))).Status);
    }

    [Fact]
    public async Task lets_one_of_many_orders_at_once_replace_a_certificate()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        var payload = Replacing(RenewalCertificateId.Of(leaf)!, "a.localhost");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.PostAsync(client.Directory.NewOrder, payload)));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.Refuses(AcmeError.AlreadyReplaced, 409));
    }

    [Fact]
    public async Task refuses_to_replace_what_is_not_the_accounts_or_has_no_name_in_common()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var other = await AcmeTestClient.RegisterAsync(Authority);
        var (leaf, _) = await client.IssueAsync(_key, Host, "a.localhost");
        var identifier = RenewalCertificateId.Of(leaf)!;

        (await other.PostAsync(other.Directory.NewOrder, Replacing(identifier, "a.localhost"))).Refuses(AcmeError.Unauthorized, 403);
        (await client.PostAsync(client.Directory.NewOrder, Replacing(identifier, "z.localhost"))).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(client.Directory.NewOrder, Replacing("AAAA.AAAA", "a.localhost"))).Refuses(AcmeError.Malformed, 400);
        (await client.PostAsync(client.Directory.NewOrder, Replacing("", "a.localhost"))).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public void has_a_window_within_the_lifetime_whatever_that_is() => Gen.Int[600, 400 * 86400].Sample(seconds =>
    {
        var certificate = new CertificateRecord
        {
            Serial = "",
            IssuerId = "",
            Der = [],
            KeyHash = "",
            NotBefore = DateTimeOffset.UnixEpoch,
            NotAfter = DateTimeOffset.UnixEpoch.AddSeconds(seconds),
        };
        var window = Front.RenewalWindows.Usual(certificate);
        Assert.True(certificate.NotBefore < window.Start && window.Start < window.End && window.End < certificate.NotAfter);
        Assert.InRange((window.End - window.Start) / (certificate.NotAfter - certificate.NotBefore), 0.019, 0.021);
    });

    private static Uri Url(AcmeTestClient client, X509Certificate2 leaf) => new($"{client.Directory.RenewalInfo}/{RenewalCertificateId.Of(leaf)}");

    private static RenewalInfo Read(string json) => JsonSerializer.Deserialize(json, AcmeJson.Default.RenewalInfo)!;

    private static string Replacing(string identifier, params string[] names) => JsonSerializer.Serialize(
        new NewOrderRequest { Identifiers = [.. names.Select(Identifier.Of)], Replaces = identifier }, AcmeJson.Default.NewOrderRequest);
}
