using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>Posts notices as JSON. The address may hold a secret, as those of chat services do: it is in no message.</summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = Patience,
    };

    /// <exception cref="NoticeException">It was not taken.</exception>
    internal async Task SendAsync(Uri url, Notice notice, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(notice, NoticeJson.Default.Notice));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Berth", null));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!response.IsSuccessStatusCode)
            {
                throw new NoticeException(string.Create(CultureInfo.InvariantCulture, $"{url.Host} answered {(int)response.StatusCode}"));
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            var found = e is OperationCanceledException ? "no answer in time" : Printable.Of(NetworkFault.Of(e));
            var error = (e as HttpRequestException)?.HttpRequestError;
            throw new NoticeException($"{url.Host}: {found}", e)
            {
                IsOfPlace = error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
            };
        }
    }

    public void Dispose() => _http.Dispose();
}
