using System.Net.Security;
using System.Net.Sockets;
using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>One GET over a connection of its own, to an address that the policy has seen.</summary>
/// <remarks>
/// The name is resolved once and the socket connected here, before any request exists: a second look-up could give another
/// address (DNS rebinding), and a shared connection pool could hand one validation's connection to another.
/// </remarks>
internal sealed class SingleFetch : IDisposable
{
    private readonly Perspective _view;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _client;
    private Socket? _socket;

    internal SingleFetch(Perspective view, TimeProvider time)
    {
        (_view, _time) = (view, time);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
            ConnectCallback = (_, _) => new(new NetworkStream(Interlocked.Exchange(ref _socket, null)
                ?? throw new IOException("The connection was closed early."), ownsSocket: true)),
            // A redirect to https proves nothing by its certificate: there may be none yet, so any is taken (RFC 8555 §8.3).
#pragma warning disable CA5359
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = StrangersChain.Policy,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
#pragma warning restore CA5359
        });
    }

    /// <summary>The address that answered, once connected.</summary>
    internal string Address { get; private set; } = "";

    internal async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancel)
    {
        (_socket, var address) = await Connecting.OpenAsync(_view, url.IdnHost, url.Port, _time, cancel);
        Address = address.ToString();
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", "Berth-Authority (HTTP-01 validation)");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        try
        {
            return await _client.SendAsync(request, cancel);
        }
        catch (HttpRequestException e)
        {
            var type = e.HttpRequestError == HttpRequestError.SecureConnectionError ? AcmeError.Tls : AcmeError.Connection;
            throw new ValidationFailure(type, $"{url} at {Address}: {e.Message}");
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _socket?.Dispose();
    }
}
