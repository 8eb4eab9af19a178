using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Acme;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>A bare ACME client: it sends what a test says, wrong things too, and hides nothing of the answer.</summary>
internal sealed class AcmeTestClient : IDisposable
{
    private readonly HttpClient _http;

    private AcmeTestClient(HttpClient http, AcmeDirectory directory, JwsSigningKey key) =>
        (_http, Directory, Key) = (http, directory, key);

    internal AcmeDirectory Directory { get; }

    internal JwsSigningKey Key { get; set; }

    /// <summary>The account URL, once there is one.</summary>
    internal string? Kid { get; set; }

    internal HttpClient Http => _http;

    internal static Task<AcmeTestClient> ConnectAsync(AuthorityInScratch authority, KeyType type = KeyType.P256) =>
        ConnectAsync(authority.NewHttpClient(), authority.Server.Directory, type);

    private static async Task<AcmeTestClient> ConnectAsync(HttpClient http, Uri directory, KeyType type)
    {
        var json = await http.GetStringAsync(directory);
        return new AcmeTestClient(
            http, JsonSerializer.Deserialize(json, AcmeJson.Default.AcmeDirectory)!, JwsSigningKey.Generate(type));
    }

    /// <summary>Connects and registers.</summary>
    internal static Task<AcmeTestClient> RegisterAsync(AuthorityInScratch authority, KeyType type = KeyType.P256) =>
        RegisterAsync(authority.NewHttpClient(), authority.Server.Directory, type);

    internal static async Task<AcmeTestClient> RegisterAsync(HttpClient http, Uri directory, KeyType type = KeyType.P256)
    {
        var client = await ConnectAsync(http, directory, type);
        var answer = await client.PostAsync(client.Directory.NewAccount, """{"termsOfServiceAgreed":true}""");
        Assert.Equal(201, answer.Status);
        client.Kid = answer.Location;
        return client;
    }

    internal async Task<string> NonceAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, Directory.NewNonce);
        using var response = await _http.SendAsync(request);
        return response.Headers.GetValues("Replay-Nonce").Single();
    }

    /// <summary>Signs with the account, or with the key while there is no account.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="payload">JSON; null is a POST-as-GET.</param>
    internal async Task<Answer> PostAsync(string url, string? payload = null) =>
        await SendAsync(url, Body(Key, await HeaderAsync(url), payload ?? ""));

    internal async Task<JwsHeader> HeaderAsync(string url) => new()
    {
        Alg = Key.Algorithm,
        Kid = Kid,
        Jwk = Kid is null ? Key.PublicKey : null,
        Nonce = await NonceAsync(),
        Url = url,
    };

    internal static string Body(JwsSigningKey key, JwsHeader header, string payload) =>
        JsonSerializer.Serialize(key.Sign(header, Encoding.UTF8.GetBytes(payload)), AcmeJson.Default.JwsMessage);

    internal async Task<Answer> SendAsync(string url, string body, string contentType = JwsMessage.ContentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await _http.PostAsync(url, content);
        return await Answer.OfAsync(response);
    }

    internal async Task<T> ReadAsync<T>(string url, JsonTypeInfo<T> type)
    {
        var answer = await PostAsync(url);
        Assert.Equal(200, answer.Status);
        return answer.As(type);
    }

    internal static string OrderFor(params string[] names) => JsonSerializer.Serialize(
        new NewOrderRequest { Identifiers = [.. names.Select(Identifier.Of)] }, AcmeJson.Default.NewOrderRequest);

    /// <summary>Orders; the answer must be an order.</summary>
    internal async Task<(string Url, Order Order)> OrderAsync(params string[] names)
    {
        var answer = await PostAsync(Directory.NewOrder, OrderFor(names));
        Assert.True(answer.Status == 201, answer.Body);
        return (answer.Location!, answer.As(AcmeJson.Default.Order));
    }

    internal async Task<Challenge> ChallengeOfAsync(string authorization, string type = ChallengeType.Http01) =>
        (await ReadAsync(authorization, AcmeJson.Default.Authorization)).Challenges.Single(challenge => challenge.Type == type);

    /// <summary>Starts every challenge of an order and waits until the order has left <c>pending</c>.</summary>
    internal async Task<Order> ProveAsync(string url, Order order, ChallengeHost host)
    {
        foreach (var authorization in order.Authorizations)
        {
            var challenge = await ChallengeOfAsync(authorization);
            host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, Key.Thumbprint));
            await PostAsync(challenge.Url, "{}");
        }

        return await WaitAsync(url, AcmeJson.Default.Order, found => found.Status != AcmeStatus.Pending);
    }

    /// <summary>Reads again and again until a condition holds; ends with the test's own patience.</summary>
    internal async Task<T> WaitAsync<T>(string url, JsonTypeInfo<T> type, Predicate<T> isDone)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var found = await ReadAsync(url, type);
            if (isDone(found))
            {
                return found;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, patience.Token);
        }
    }

    internal static string Csr(AsymmetricAlgorithm key, params string[] names)
    {
        var request = key is RSA rsa
            ? new CertificateRequest("", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest("", (ECDsa)key, HashAlgorithmName.SHA256);
        var alternative = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (System.Net.IPAddress.TryParse(name, out var address))
            {
                alternative.AddIpAddress(address);
                continue;
            }

            alternative.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternative.Build());
        return Finalize(request.CreateSigningRequest());
    }

    internal static string Finalize(byte[] csr) => JsonSerializer.Serialize(
        new FinalizeRequest { Csr = StrictBase64Url.Encode(csr) }, AcmeJson.Default.FinalizeRequest);

    /// <summary>Goes the whole way.</summary>
    /// <returns>The leaf and the PEM chain as downloaded.</returns>
    internal async Task<(X509Certificate2 Leaf, string Pem)> IssueAsync(ECDsa key, ChallengeHost host, params string[] names)
    {
        var (url, order) = await OrderAsync(names);
        order = order.Status == AcmeStatus.Ready ? order : await ProveAsync(url, order, host);
        Assert.True(order.Status == AcmeStatus.Ready, order.Error?.Detail);
        var answer = await PostAsync(order.Finalize, Csr(key, names));
        Assert.True(answer.Status == 200, answer.Body);
        var done = await WaitAsync(url, AcmeJson.Default.Order, found => found.Status != AcmeStatus.Processing);
        var pem = (await PostAsync(done.Certificate!)).Body;
        return (X509Certificate2.CreateFromPem(pem), pem);
    }

    internal Task<Answer> RevokeAsync(X509Certificate2 leaf, int? reason = null) =>
        PostAsync(Directory.RevokeCert!, Revocation(leaf, reason));

    internal static string Revocation(X509Certificate2 leaf, int? reason = null) => JsonSerializer.Serialize(
        new RevocationRequest { Certificate = StrictBase64Url.Encode(leaf.RawData), Reason = reason },
        AcmeJson.Default.RevocationRequest);

    public void Dispose()
    {
        _http.Dispose();
        Key.Dispose();
    }
}
