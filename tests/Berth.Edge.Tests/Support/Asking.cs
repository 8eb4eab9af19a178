using System.Net;
using System.Text;

namespace Berth.Edge.Tests.Support;

/// <summary>Requests in one line.</summary>
internal static class Asking
{
    internal static void Over(this HttpRequestMessage request, int version) =>
        request.Version = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11;

    internal static async Task<HttpResponseMessage> SendAsync(
        this HttpMessageInvoker client, HttpMethod method, string address, Action<HttpRequestMessage>? change = null)
    {
        // As written: what the edge makes of escapes is for tests to see, not what the client makes of them.
        var uri = new Uri(address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(method, uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        change?.Invoke(request);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    internal static Task<HttpResponseMessage> GetAsync(
        this HttpMessageInvoker client, string address, Action<HttpRequestMessage>? change = null) =>
        client.SendAsync(HttpMethod.Get, address, change);

    /// <returns>Status and body, as <c>200 hello</c>.</returns>
    internal static async Task<string> ShowAsync(
        this HttpMessageInvoker client, string address, Action<HttpRequestMessage>? change = null)
    {
        using var response = await client.GetAsync(address, change);
        return $"{(int)response.StatusCode} {await response.TextAsync()}";
    }

    internal static Task<string> TextAsync(this HttpResponseMessage response) =>
        response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>Sends bytes as they are and reads until the server closes.</summary>
    internal static async Task<string> RawAsync(this TestEdge edge, string text, bool https = false)
    {
        await using var stream = await edge.ConnectAsync(https, TestContext.Current.CancellationToken);
        return await stream.RawAsync(text);
    }

    internal static async Task<string> RawAsync(this Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        return await stream.ReadToCloseAsync();
    }

    internal static async Task<string> ReadToCloseAsync(this Stream stream)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // A reset ends the answer as well as a close does.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
