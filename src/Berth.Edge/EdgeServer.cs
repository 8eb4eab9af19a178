using System.Collections.Immutable;
using Berth.Edge.Forwarding;
using Berth.Edge.Hosting;
using Berth.Edge.Hosts;
using Berth.Edge.Requests;
using Berth.Edge.Tls;
using Berth.Kernel;
using Microsoft.Extensions.Logging;

namespace Berth.Edge;

/// <summary>
/// Stands between visitors and apps: terminates TLS, answers challenges, forwards requests. It asks nobody anything; what
/// it knows is the snapshot last published, and requests under way finish by the one they began with.
/// </summary>
public sealed class EdgeServer : IAsyncDisposable
{
    private readonly CurrentSnapshot _current = new();
    private readonly TargetLoads _loads = new();
    private readonly EdgeOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CertificateStore _certificates;
    private readonly HttpMessageInvoker _client;
    private readonly WebServer _web;
    private bool _started;

    /// <param name="options">Checked here.</param>
    /// <param name="time">The clock of certificates and headers; the network's own timeouts follow the machine's.</param>
    /// <param name="logs">Where the edge and the web server under it write.</param>
    /// <exception cref="ProblemException"><see cref="EdgeProblems.OptionsInvalid"/>, with every fault.</exception>
    public EdgeServer(EdgeOptions options, TimeProvider time, ILoggerFactory logs)
    {
        if (options.Faults() is { IsEmpty: false } faults)
        {
            throw EdgeProblems.InvalidOptions(faults).AsException();
        }

        (_options, _time, _logger) = (options, time, logs.CreateLogger("Berth.Edge"));
        _certificates = new CertificateStore(options, time, _logger);
        _client = TargetClient.Create(options);
        _web = new WebServer(options, new TlsEntrance(_current, _certificates, options), time, logs);
    }

    /// <summary>What the edge serves by now.</summary>
    public EdgeSnapshot Snapshot => _current.Value;

    /// <summary>The port of plain HTTP, once started; of several addresses that of the first.</summary>
    public int HttpPort => _web.HttpPort;

    /// <summary>The port of HTTPS, once started; of several addresses that of the first.</summary>
    public int HttpsPort => _web.HttpsPort;

    /// <summary>Certificates visitors asked for that could not be loaded. Their names show the fallback.</summary>
    public ImmutableArray<Problem> CertificateProblems => _certificates.Problems;

    /// <summary>Starts listening; can be called once.</summary>
    /// <exception cref="ProblemException">
    /// <see cref="EdgeProblems.PortTaken"/>, <see cref="EdgeProblems.PortForbidden"/>, <see cref="EdgeProblems.AddressUnavailable"/>.
    /// </exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        var forwarder = new Forwarder(_current, _loads, _web.Forwarder, _client, _options, _time, _logger);
        await _web.StartAsync(new RequestEntrance(_current, forwarder, _options).HandleAsync, cancel);
        _started = true;
        _logger.Listening(HttpPort, HttpsPort);
    }

    /// <summary>Takes no more connections, lets requests under way end for <see cref="EdgeOptions.StopTimeout"/>, cuts off the rest.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (!_started)
        {
            return;
        }

        _started = false;
        using var timeout = new CancellationTokenSource(_options.StopTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        await _web.StopAsync(either.Token);
        _logger.Stopped();
    }

    /// <summary>Replaces everything the edge knows, in one write. Requests that come afterwards see the new snapshot whole.</summary>
    public void Publish(EdgeSnapshot snapshot) => _current.Publish(snapshot);

    /// <summary>Changes the published snapshot; when several do at once, each change is kept.</summary>
    /// <param name="change">Pure: it is called again when another change came between.</param>
    public void Update(Func<EdgeSnapshot, EdgeSnapshot> change) => _current.Update(change);

    /// <summary>Loads a certificate ahead of its first visitor, and finds out whether it can be served at all.</summary>
    /// <exception cref="ProblemException"><see cref="EdgeProblems.CertificateUnusable"/>.</exception>
    public Task PrepareAsync(EdgeCertificate certificate, CancellationToken cancel) => _certificates.PrepareAsync(certificate, cancel);

    /// <summary>How many requests are under way to a target, WebSockets included.</summary>
    public int InFlight(EdgeTarget target) => _loads.Of(target);

    /// <summary>
    /// Waits until a target has no request under way. Once it is in no published host any more, none follows and its
    /// process may be stopped.
    /// </summary>
    /// <param name="target">The target that visitors were taken away from.</param>
    /// <param name="patience">How long to wait; a WebSocket may last for hours.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>False when requests are still under way after <paramref name="patience"/>.</returns>
    public Task<bool> DrainAsync(EdgeTarget target, TimeSpan patience, CancellationToken cancel) =>
        _loads.DrainAsync(target, patience, _time, cancel);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        _client.Dispose();
    }
}
