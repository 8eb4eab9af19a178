using System.Net;
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
    /// <summary>How long IPv6 may take before IPv4 gets its one try.</summary>
    private static readonly TimeSpan Fallback = TimeSpan.FromSeconds(4);

    private readonly NameResolver _resolver;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _client;
    private Socket? _socket;

    internal SingleFetch(NameResolver resolver, TimeProvider time)
    {
        (_resolver, _time) = (resolver, time);
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
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
        });
    }

    /// <summary>The address that answered, once connected.</summary>
    internal string Address { get; private set; } = "";

    internal async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancel)
    {
        _socket = await ConnectAsync(url, cancel);
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

    private async Task<Socket> ConnectAsync(Uri url, CancellationToken cancel)
    {
        var addresses = await _resolver.ResolveAsync(url.IdnHost, cancel);
        for (var i = 0; ; i++)
        {
            Address = addresses[i].ToString();
            var isLast = i == addresses.Length - 1;
            try
            {
                return await ConnectAsync(new IPEndPoint(addresses[i], url.Port), isLast ? null : Fallback, cancel);
            }
            catch (SocketException) when (!isLast)
            {
                // RFC 6555 in one step: IPv4 gets its try.
            }
            catch (OperationCanceledException) when (!isLast && !cancel.IsCancellationRequested)
            {
                // As above.
            }
            catch (SocketException e)
            {
                throw new ValidationFailure(
                    AcmeError.Connection, $"{url}: no connection to {string.Join(" nor ", addresses)} port {url.Port}: {e.Message}.");
            }
        }
    }

    private async Task<Socket> ConnectAsync(IPEndPoint endpoint, TimeSpan? patience, CancellationToken cancel)
    {
        using var limit = patience is { } wait ? new CancellationTokenSource(wait, _time) : new CancellationTokenSource();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, both.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _socket?.Dispose();
    }
}
