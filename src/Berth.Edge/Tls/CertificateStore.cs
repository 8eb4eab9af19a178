using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Security;
using Berth.Kernel;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Tls;

/// <summary>
/// Loads certificates when they are first asked for, each once however many ask, and keeps a bounded number of them.
/// One that cannot be loaded is tried again after a while; meanwhile its names get the fallback.
/// </summary>
internal sealed class CertificateStore(EdgeOptions options, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<EdgeCertificate, Entry> _entries = new();
    // Commands without a daemon never shake hands, and the first context of a process reads all roots of the machine: a tenth of a second.
    private readonly Lazy<SslServerAuthenticationOptions> _fallback = new(() => TlsContext.Create(FallbackCertificate.Create(time), []));
    private readonly Lock _trimming = new();
    private long _uses;

    /// <summary>Certificates that cannot be served now, with the reason.</summary>
    internal ImmutableArray<Problem> Problems =>
    [
        .. _entries.Values.Select(entry => entry.Task).Where(task => task.IsCompletedSuccessfully)
            .Select(task => task.Result.Problem).OfType<Problem>(),
    ];

    /// <param name="certificate">Null for a name that has none.</param>
    /// <param name="cancel">Ends this caller's wait, not the loading others wait for.</param>
    /// <returns>What to shake hands with; the fallback when there is no usable certificate.</returns>
    internal ValueTask<SslServerAuthenticationOptions> GetAsync(EdgeCertificate? certificate, CancellationToken cancel)
    {
        if (certificate is null)
        {
            return new(_fallback.Value);
        }

        var loading = Enter(certificate);
        return loading.IsCompletedSuccessfully ? new(loading.Result.Tls ?? _fallback.Value) : WaitAsync(loading, cancel);
    }

    /// <summary>Loads a certificate now.</summary>
    /// <exception cref="ProblemException"><see cref="EdgeProblems.CertificateUnusable"/>.</exception>
    internal async Task PrepareAsync(EdgeCertificate certificate, CancellationToken cancel)
    {
        var loaded = await Enter(certificate, again: true).WaitAsync(cancel);
        if (loaded.Problem is { } problem)
        {
            throw problem.AsException();
        }
    }

    private async ValueTask<SslServerAuthenticationOptions> WaitAsync(Task<Loaded> loading, CancellationToken cancel) =>
        (await loading.WaitAsync(cancel)).Tls ?? _fallback.Value;

    private Task<Loaded> Enter(EdgeCertificate certificate, bool again = false)
    {
        if (_entries.TryGetValue(certificate, out var entry) && MustTryAgain(entry, again))
        {
            _entries.TryRemove(KeyValuePair.Create(certificate, entry));
            entry = null;
        }

        entry ??= Add(certificate);
        entry.LastUse = Interlocked.Increment(ref _uses);
        return entry.Task;
    }

    private Entry Add(EdgeCertificate certificate)
    {
        if (_entries.Count >= options.LoadedCertificates)
        {
            Trim();
        }

        return _entries.GetOrAdd(certificate, static (key, store) => new Entry(() => store.Load(key)), this);
    }

    private bool MustTryAgain(Entry entry, bool now) =>
        entry.Task is { IsCompletedSuccessfully: true, Result: { Problem: not null, At: var at } }
        && (now || time.GetElapsedTime(at) > options.CertificateRetry);

    private Loaded Load(EdgeCertificate certificate)
    {
        try
        {
            return new Loaded(TlsContext.Load(certificate), null, time.GetTimestamp());
        }
        catch (ProblemException e)
        {
            logger.Problem(e.Problem.Code.Id, e.Problem.Found);
            return new Loaded(null, e.Problem, time.GetTimestamp());
        }
    }

    // A sixteenth more than needed goes at once, so that the scan over all is rare. What goes is not disposed: handshakes
    // may be using it; the finalizers of the runtime free it afterwards.
    private void Trim()
    {
        if (!_trimming.TryEnter())
        {
            return;
        }

        try
        {
            var surplus = _entries.Count - options.LoadedCertificates + 1 + (options.LoadedCertificates / 16);
            foreach (var old in _entries.OrderBy(pair => pair.Value.LastUse).Take(surplus).ToArray())
            {
                _entries.TryRemove(old);
            }
        }
        finally
        {
            _trimming.Exit();
        }
    }

    private sealed record Loaded(SslServerAuthenticationOptions? Tls, Problem? Problem, long At);

    private sealed class Entry(Func<Loaded> load)
    {
        private readonly Lazy<Task<Loaded>> _task = new(() => System.Threading.Tasks.Task.Run(load));

        internal Task<Loaded> Task => _task.Value;

        internal long LastUse { get; set; }
    }
}
