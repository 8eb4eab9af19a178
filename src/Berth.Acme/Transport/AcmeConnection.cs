using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>Signed requests to one CA: its directory, its nonces, and patience with both.</summary>
internal sealed class AcmeConnection(HttpClient http, Func<DateTimeOffset?, HttpClient>? asOf, AcmeClientOptions options, TimeProvider time) : IDisposable
{
    private const int QuickAttempts = 8;
    private static readonly TimeSpan DirectoryLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan NoncePause = TimeSpan.FromMilliseconds(5);

    private readonly AcmeHttp _http = new(http, asOf, options, time);
    private readonly Patience _patience = new(options, time);
    private readonly NoncePool _nonces = new();
    private readonly SemaphoreSlim _directoryGate = new(1);
    private volatile KnownDirectory? _directory;
    private volatile KnownDirectory? _doubted;

    internal ServerClock Clock => _http.Clock;

    internal async Task<AcmeDirectory> GetDirectoryAsync(CancellationToken cancel) => (Fresh() ?? await KnowAsync(cancel)).Directory;

    internal async Task<AcmeDirectory> AskDirectoryAsync(CancellationToken cancel) => (_directory = await ReadDirectoryAsync(cancel)).Directory;

    /// <summary>Uses one of the directory's URLs; where that is gone, the one in its place: servers move.</summary>
    /// <param name="which">The URL that is used.</param>
    /// <param name="use">Called once more with the directory read again, when the URL is another there.</param>
    /// <param name="cancel">Ends it.</param>
    internal async Task<T> AtAsync<T>(Func<AcmeDirectory, string?> which, Func<AcmeDirectory, Task<T>> use, CancellationToken cancel)
    {
        var directory = await GetDirectoryAsync(cancel);
        try
        {
            return await use(directory);
        }
        catch (AcmeRefusalException e) when (e.Response.Status is 404 or 405 or 410)
        {
            _directory = null;
            var moved = await GetDirectoryAsync(cancel);
            if (which(moved) == which(directory))
            {
                throw;
            }

            directory = moved;
        }
        catch (ProblemException e) when (AcmeProblems.IsTransient(e.Problem.Code) || e.Problem.Code == AcmeProblems.UrlInvalid)
        {
            // What it named does not answer, or cannot: it may name something else by the next time.
            _doubted = _directory;
            throw;
        }

        return await use(directory);
    }

    /// <summary>An unsigned GET, for what is public: the directory and renewal information.</summary>
    /// <exception cref="AcmeRefusalException">The server answered with an error.</exception>
    internal Task<AcmeResponse> GetAsync(string url, CancellationToken cancel) => AskAsync(HttpMethod.Get, url, cancel);

    /// <summary>A signed POST; with an empty payload a POST-as-GET (RFC 8555 §6.3), which may be repeated freely.</summary>
    /// <exception cref="AcmeRefusalException">The server answered with an error.</exception>
    internal async Task<AcmeResponse> PostAsync(Signer signer, string url, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        var target = await RequireOwnAsync(url, cancel);
        return await _patience.RunAsync(payload.IsEmpty, token => PostOnceAsync(signer, target, payload, token), cancel);
    }

    /// <summary>
    /// A server sends us only to hosts that its directory names: it must not reach through us what it cannot reach itself.
    /// </summary>
    /// <exception cref="ProblemException"><see cref="AcmeProblems.UrlInvalid"/>.</exception>
    internal async ValueTask<Uri> RequireOwnAsync(string url, CancellationToken cancel)
    {
        var known = _directory ?? await KnowAsync(cancel);
        var target = _http.RequireUrl(url);
        return known.Hosts.Contains(target.Authority) ? target : throw AcmeProblems.UrlForeign(options.Host, target.Authority).AsException();
    }

    /// <summary>Whether the CA may give advice on renewal, by what is known of it; it is not asked.</summary>
    internal bool MayAdvise => _directory is not { } known || known.Directory.RenewalInfo is not null;

    public void Dispose() => _directoryGate.Dispose();

    private async Task<AcmeResponse> PostOnceAsync(
        Signer signer, Uri target, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        string? nonce = null;
        for (var attempt = 1; ; attempt++)
        {
            nonce ??= _nonces.TryTake() ?? await FetchNonceAsync(cancel);
            var body = JsonSerializer.SerializeToUtf8Bytes(signer.Sign(target.OriginalString, nonce, payload.Span), AcmeJson.Default.JwsMessage);
            try
            {
                return Accepted(await _http.SendAsync(HttpMethod.Post, target, body, cancel));
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

    // It goes to whoever asked, and not to the pool: another request would take it.
    private async Task<string> FetchNonceAsync(CancellationToken cancel)
    {
        var answer = await AtAsync(
            directory => directory.NewNonce, directory => AskAsync(HttpMethod.Head, directory.NewNonce, cancel, poolsNonce: false), cancel);
        return NoncePool.IsValid(answer.Nonce) ? answer.Nonce : throw AcmeProblems.BadResponse(answer.Url, "carries no usable Replay-Nonce").AsException();
    }

    private KnownDirectory? Fresh() => Young() is { } known && known != _doubted ? known : null;

    private KnownDirectory? Young() => _directory is { } known && time.GetElapsedTime(known.ReadAt) <= DirectoryLifetime ? known : null;

    private async Task<KnownDirectory> KnowAsync(CancellationToken cancel)
    {
        await _directoryGate.WaitAsync(cancel);
        try
        {
            return Fresh() ?? (_directory = await ReadDirectoryAsync(cancel));
        }
        catch (Exception e) when (e is ProblemException or AcmeRefusalException && Young() is { } known)
        {
            // It is no better known than before: others need not ask in vain.
            _doubted = null;
            return known;
        }
        finally
        {
            _directoryGate.Release();
        }
    }

    private async Task<KnownDirectory> ReadDirectoryAsync(CancellationToken cancel)
    {
        var response = await GetAsync(options.DirectoryUrl.OriginalString, cancel);
        return KnownDirectory.Of(options.DirectoryUrl, response.Read(AcmeJson.Default.AcmeDirectory), time.GetTimestamp());
    }

    private async Task<AcmeResponse> AskAsync(HttpMethod method, string url, CancellationToken cancel, bool poolsNonce = true)
    {
        var target = _http.RequireUrl(url);
        return await _patience.RunAsync(
            repeatable: true, async token => Accepted(await _http.SendAsync(method, target, null, token), poolsNonce), cancel);
    }

    private AcmeResponse Accepted(AcmeResponse response, bool poolsNonce = true)
    {
        if (poolsNonce || !response.IsSuccess)
        {
            _nonces.Add(response.Nonce);
        }

        return response.IsSuccess ? response : throw new AcmeRefusalException(response);
    }
}
