using System.Net;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Authority.Tests;

public sealed class Talking_to_the_directory : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) =>
        options with { TermsOfService = new Uri("https://example.com/terms"), Website = new Uri("https://example.com/") };

    [Fact]
    public async Task is_linked_from_every_resource()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);

        foreach (var resource in new[] { client.Kid!, client.Kid + "/orders", url, order.Authorizations[0], challenge.Url })
        {
            var link = Assert.Single((await client.PostAsync(resource)).Links, link => link.Relation == "index");
            Assert.Equal(Authority.Server.Directory.AbsoluteUri, link.Target);
        }
    }

    [Fact]
    public async Task shows_every_resource_and_the_meta_data()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);

        Assert.Equal("https://example.com/terms", client.Directory.Meta!.TermsOfService);
        Assert.Equal("https://example.com/", client.Directory.Meta.Website);
        Assert.False(client.Directory.Meta.ExternalAccountRequired);
        Assert.All(
            new[] { client.Directory.NewNonce, client.Directory.NewAccount, client.Directory.NewOrder, client.Directory.RevokeCert!, client.Directory.KeyChange!, client.Directory.NewAuthz!, client.Directory.RenewalInfo! },
            url => Assert.StartsWith($"https://localhost:{Authority.Server.Directory.Port}/", url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task answers_under_the_host_that_was_called()
    {
        using var http = Authority.NewHttpClient();
        var json = await http.GetStringAsync(new UriBuilder(Authority.Server.Directory) { Host = "127.0.0.1" }.Uri);

        var directory = JsonSerializer.Deserialize(json, AcmeJson.Default.AcmeDirectory)!;
        Assert.StartsWith("https://127.0.0.1:", directory.NewOrder, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_a_host_that_is_not_its_own()
    {
        var status = await ExternalProgram.SucceedAsync(
            "curl",
            [
                "-s", "-o", "/dev/null", "-w", "%{http_code} %header{link}", "--cacert", Authority.Server.RootPath, "-H", "Host: evil.example",
                Authority.Server.Directory.AbsoluteUri,
            ]);

        Assert.Equal("421 ", status);
    }

    [Fact]
    public async Task gives_nonces_to_HEAD_with_200_and_to_GET_with_204_never_cached()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        using var head = await client.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, client.Directory.NewNonce));
        using var get = await client.Http.GetAsync(client.Directory.NewNonce);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, get.StatusCode);
        var nonces = new[] { head, get }.Select(response => response.Headers.GetValues("Replay-Nonce").Single()).ToList();
        Assert.NotEqual(nonces[0], nonces[1]);
        Assert.All(nonces, nonce => Assert.True(StrictBase64Url.IsAlphabet(nonce)));
        Assert.True(head.Headers.CacheControl!.NoStore);
        Assert.True(get.Headers.CacheControl!.NoStore);
        Assert.Contains(
            LinkHeader.Parse(get.Headers.GetValues("Link")),
            link => link == new WebLink(Authority.Server.Directory.AbsoluteUri, "index"));
    }

    [Fact]
    public async Task reads_resources_by_POST_only()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        using var response = await client.Http.GetAsync(client.Directory.NewOrder);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(["POST", "OPTIONS"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task names_what_is_possible_where_a_method_is_not()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        foreach (var (url, allowed) in new (string Url, string[] Allowed)[]
        {
            (Authority.Server.Directory.AbsoluteUri, ["GET", "HEAD", "POST", "OPTIONS"]),
            (client.Directory.NewNonce, ["GET", "HEAD", "POST", "OPTIONS"]),
            ($"{client.Directory.RenewalInfo}/a.b", ["GET", "HEAD", "OPTIONS"]),
        })
        {
            using var response = await client.Http.PutAsync(url, null);

            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(allowed, response.Content.Headers.Allow);
        }
    }

    /// <summary>RFC 8555 §6.3.</summary>
    [Fact]
    public async Task reads_directory_and_nonce_by_POST_as_GET_as_well()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var directory = await client.PostAsync(Authority.Server.Directory.AbsoluteUri);
        var nonce = await client.PostAsync(client.Directory.NewNonce);

        Assert.Equal((200, client.Directory.NewOrder), (directory.Status, directory.As(AcmeJson.Default.AcmeDirectory).NewOrder));
        Assert.Equal(204, nonce.Status);
        Assert.NotNull(nonce.Nonce);
        (await client.PostAsync(client.Directory.NewNonce, "{}")).Refuses(AcmeError.Malformed, 400);
    }

    [Fact]
    public async Task speaks_HTTP_2()
    {
        using var http = Authority.NewHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, Authority.Server.Directory)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var response = await http.SendAsync(request);

        Assert.Equal(HttpVersion.Version20, response.Version);
    }

    [Fact]
    public async Task keeps_ACME_off_plain_HTTP()
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(Authority.Server.HttpBase!, "directory"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task lets_scripts_in_browsers_read_nonces()
    {
        using var client = await AcmeTestClient.ConnectAsync(Authority);
        using var response = await client.Http.SendAsync(new HttpRequestMessage(HttpMethod.Options, client.Directory.NewOrder));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("Replay-Nonce", response.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
    }
}
