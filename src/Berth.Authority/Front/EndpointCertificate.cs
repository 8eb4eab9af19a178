using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Policy;
using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Front;

/// <summary>The endpoint's own certificate: issued at each start, renewed after two thirds of its time; its key stays in memory.</summary>
internal sealed class EndpointCertificate(
    AuthorityOptions options, Hierarchy hierarchy, LeafIssuer leaves, IAuthorityStore store, TimeProvider time, ILogger log)
    : IAsyncDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    /// <summary>Timers have a longest wait, and a clock that was set right should count.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile SslServerAuthenticationOptions? _current;

    // Before it the clock was ahead when the last was issued, or could not be.
    private DateTimeOffset _from = DateTimeOffset.MinValue;
    private Task _renewal = Task.CompletedTask;

    /// <summary>What a handshake uses now; waits while the first certificate is being made.</summary>
    internal async ValueTask<SslServerAuthenticationOptions> CurrentAsync(CancellationToken cancel)
    {
        if (_current is { } current)
        {
            return current;
        }

        await _first.Task.WaitAsync(cancel);
        return _current!;
    }

    internal async Task StartAsync(CancellationToken cancel)
    {
        var due = await IssueAsync(cancel);
        _first.SetResult();
        _renewal = RenewAsync(due);
    }

    private async Task RenewAsync(DateTimeOffset due)
    {
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                var wait = due - now;
                if (wait <= TimeSpan.Zero || now < _from)
                {
                    due = await TryIssueAsync(_stop.Token);
                    continue;
                }

                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private async Task<DateTimeOffset> TryIssueAsync(CancellationToken cancel)
    {
        try
        {
            return await IssueAsync(cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.EndpointNotCertified(e, Retry);
            _from = time.GetUtcNow();
            return _from + Retry;
        }
    }

    /// <returns>When the next one is due.</returns>
    private async Task<DateTimeOffset> IssueAsync(CancellationToken cancel)
    {
        if (options.Testing?.Endpoint is { } given)
        {
            // Read once: a test's server does not live as long as a certificate.
            var ours = X509Certificate2.CreateFromPemFile(given.Certificate, given.Key);
            _current = new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(ours, [], offline: true) };
            return DateTimeOffset.MaxValue;
        }

        var hosts = options.HostNames;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var addresses = hosts.Select(host => IPAddress.TryParse(host, out var address) ? address : null).OfType<IPAddress>();
        var names = hosts.Where(host => !IPAddress.TryParse(host, out _));
        var leaf = leaves.Issue(new PublicKey(key), names, [.. addresses]);
        var keyHash = SigningRequest.HashOf(key.ExportSubjectPublicKeyInfo());
        var record = leaf.ToRecord(accountId: null, keyHash);
        await store.AddCertificateAsync(record, cancel);

        using var bare = leaf.Load();
        X509Certificate2Collection chain = [hierarchy.Current.Certificate];
        _current = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(bare.CopyWithPrivateKey(key), chain, offline: true),
        };
        log.EndpointCertified(leaf.Serial, record.NotAfter.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        var now = time.GetUtcNow();
        _from = record.NotBefore;
        return now + ((record.NotAfter - now) * 2 / 3);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewal;
        _stop.Dispose();
    }
}
