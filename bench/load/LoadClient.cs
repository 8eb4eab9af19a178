using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Acme.Protocol;

namespace Berth.Bench;

/// <summary>One account that goes the whole way again and again, with the fewest requests there can be.</summary>
internal sealed class LoadClient
{
    private static readonly ECDsa CertificateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly Lock CertificateGate = new();

    private readonly HttpClient _http;
    private readonly JwsSigningKey _key = JwsSigningKey.Generate();
    private readonly AcmeDirectory _directory;
    private readonly Responder _responder;
    private readonly Meter _meter;
    private string? _account;
    private string? _nonce;

    private LoadClient(HttpClient http, AcmeDirectory directory, Responder responder, Meter meter) =>
        (_http, _directory, _responder, _meter) = (http, directory, responder, meter);

    internal static async Task<LoadClient> StartAsync(Uri directory, string trust, Responder responder, Meter meter)
    {
        var http = NewHttp(trust);
        var json = await http.GetStringAsync(directory);
        var client = new LoadClient(http, JsonSerializer.Deserialize(json, AcmeJson.Default.AcmeDirectory)!, responder, meter);
        (_, client._account) = await client.PostAsync("new-account", client._directory.NewAccount, """{"termsOfServiceAgreed":true}""");
        return client;
    }

    internal async Task IssueAsync(string name)
    {
        var (body, url) = await PostAsync("new-order", _directory.NewOrder, $$"""{"identifiers":[{"type":"dns","value":"{{name}}"}]}""");
        var order = Read(body, AcmeJson.Default.Order);
        if (order.Status == AcmeStatus.Pending)
        {
            await ProveAsync(order.Authorizations[0]);
        }

        order = await PollAsync(url!, AcmeStatus.Pending);
        (body, _) = await PostAsync("finalize", order.Finalize, $$"""{"csr":"{{Csr(name)}}"}""");
        order = Read(body, AcmeJson.Default.Order);
        order = order.Status == AcmeStatus.Valid ? order : await PollAsync(url!, AcmeStatus.Processing);
        await PostAsync("certificate", order.Certificate ?? throw new InvalidOperationException(order.Error?.Detail ?? order.Status), "");
    }

    private async Task ProveAsync(string authorization)
    {
        var (body, _) = await PostAsync("authorization", authorization, "");
        var challenge = Read(body, AcmeJson.Default.Authorization).Challenges.Single(one => one.Type == ChallengeType.Http01);
        _responder.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, _key.Thumbprint));
        await PostAsync("challenge", challenge.Url, "{}");
    }

    private async Task<Order> PollAsync(string url, string whileIn)
    {
        for (var wait = 2; ; wait = Math.Min(wait * 2, 50))
        {
            var (body, _) = await PostAsync("order", url, "");
            var order = Read(body, AcmeJson.Default.Order);
            if (order.Status != whileIn)
            {
                return order.Status == AcmeStatus.Invalid ? throw new InvalidOperationException(body) : order;
            }

            await Task.Delay(wait);
        }
    }

    private async Task<(string Body, string? Location)> PostAsync(string kind, string url, string payload)
    {
        while (true)
        {
            _nonce ??= await NonceAsync();
            var header = new JwsHeader { Alg = _key.Algorithm, Kid = _account, Jwk = _account is null ? _key.PublicKey : null, Nonce = _nonce, Url = url };
            var message = JsonSerializer.SerializeToUtf8Bytes(_key.Sign(header, Encoding.UTF8.GetBytes(payload)), AcmeJson.Default.JwsMessage);
            using var content = new ByteArrayContent(message);
            content.Headers.ContentType = new MediaTypeHeaderValue(JwsMessage.ContentType);
            var since = Stopwatch.GetTimestamp();
            using var response = await _http.PostAsync(url, content);
            var body = await response.Content.ReadAsStringAsync();
            _meter.Took(kind, since);
            _nonce = response.Headers.TryGetValues("Replay-Nonce", out var nonces) ? nonces.Single() : null;
            if (response.IsSuccessStatusCode)
            {
                return (body, response.Headers.Location?.OriginalString);
            }

            if (!body.Contains(AcmeError.BadNonce, StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{kind} {url}: {(int)response.StatusCode} {body}");
            }
        }
    }

    private async Task<string> NonceAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, _directory.NewNonce);
        using var response = await _http.SendAsync(request);
        return response.Headers.GetValues("Replay-Nonce").Single();
    }

    // One key for all certificates: making keys is not the authority's work.
    private static string Csr(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        lock (CertificateGate)
        {
            var request = new CertificateRequest("", CertificateKey, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
            return StrictBase64Url.Encode(request.CreateSigningRequest());
        }
    }

    private static T Read<T>(string json, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(json, type)!;

    private static HttpClient NewHttp(string trust)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(trust);
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } });
    }
}
