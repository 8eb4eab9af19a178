using System.Text.Json;
using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>Signed requests to one CA: its directory, its nonces, and patience with both.</summary>
internal sealed class AcmeConnection(HttpClient http, AcmeClientOptions options, TimeProvider time) : IDisposable
{
    private const int QuickAttempts = 8;
    private static readonly TimeSpan DirectoryLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan NoncePause = TimeSpan.FromMilliseconds(5);

    private readonly AcmeHttp _http = new(http, options, time);
    private readonly Patience _patience = new(options, time);
    private readonly NoncePool _nonces = new();
    private readonly SemaphoreSlim _directoryGate = new(1);
    private (AcmeDirectory Directory, long ReadAt)? _directory;

    internal ServerClock Clock => _http.Clock;

    internal async Task<AcmeDirectory> GetDirectoryAsync(CancellationToken cancel)
    {
        await _directoryGate.WaitAsync(cancel);
        try
        {
            if (_directory is not { } known || time.GetElapsedTime(known.ReadAt) > DirectoryLifetime)
            {
                var response = await GetAsync(options.DirectoryUrl.OriginalString, cancel);
                known = (response.Read(AcmeJson.Default.AcmeDirectory), time.GetTimestamp());
                _directory = known;
            }

            return known.Directory;
        }
        finally
        {
            _directoryGate.Release();
        }
    }

    /// <summary>An unsigned GET, for what is public: the directory and renewal information.</summary>
    /// <exception cref="AcmeRefusalException">The server answered with an error.</exception>
    internal Task<AcmeResponse> GetAsync(string url, CancellationToken cancel) =>
        _patience.RunAsync(repeatable: true, token => SendAsync(HttpMethod.Get, url, null, token), cancel);

    /// <summary>A signed POST; with an empty payload a POST-as-GET (RFC 8555 §6.3), which may be repeated freely.</summary>
    /// <exception cref="AcmeRefusalException">The server answered with an error.</exception>
    internal Task<AcmeResponse> PostAsync(Signer signer, string url, ReadOnlyMemory<byte> payload, CancellationToken cancel) =>
        _patience.RunAsync(payload.IsEmpty, token => PostOnceAsync(signer, url, payload, token), cancel);

    public void Dispose() => _directoryGate.Dispose();

    private async Task<AcmeResponse> PostOnceAsync(
        Signer signer, string url, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        string? nonce = null;
        for (var attempt = 1; ; attempt++)
        {
            nonce ??= _nonces.TryTake() ?? await FetchNonceAsync(cancel);
            var body = JsonSerializer.SerializeToUtf8Bytes(signer.Sign(url, nonce, payload.Span), AcmeJson.Default.JwsMessage);
            try
            {
                return await SendAsync(HttpMethod.Post, url, body, cancel);
            }
            catch (AcmeRefusalException e) when (e.Type == AcmeError.BadNonce && attempt < options.NonceAttempts)
            {
                // The error brought a fresh nonce (§6.5); it went to the pool's top.
                nonce = null;
            }

            if (attempt > QuickAttempts)
            {
                await Task.Delay(NoncePause * (attempt - QuickAttempts), time, cancel);
            }
        }
    }

    private async Task<string> FetchNonceAsync(CancellationToken cancel)
    {
        var url = (await GetDirectoryAsync(cancel)).NewNonce;
        await _patience.RunAsync(repeatable: true, token => SendAsync(HttpMethod.Head, url, null, token), cancel);
        return _nonces.TryTake() ?? throw AcmeProblems.BadResponse(url, "carries no usable Replay-Nonce").AsException();
    }

    private async Task<AcmeResponse> SendAsync(HttpMethod method, string url, byte[]? body, CancellationToken cancel)
    {
        var response = await _http.SendAsync(method, url, body, cancel);
        _nonces.Add(response.Nonce);
        return response.IsSuccess ? response : throw new AcmeRefusalException(response);
    }
}
