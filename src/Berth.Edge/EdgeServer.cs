using System.Collections.Immutable;
using Berth.Edge.Forwarding;
using Berth.Edge.Hosting;
using Berth.Edge.Hosts;
using Berth.Edge.Listening;
using Berth.Edge.Logging;
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
    private readonly ILoggerFactory _logs;
    private readonly WebServer _web;
    private readonly LogWriter _writer;
    private readonly Doors _doors;
    private RequestEntrance? _entrance;
    private object? _followed;
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

        (_options, _time, _logs, _logger) = (options, time, logs, logs.CreateLogger("Berth.Edge"));
        _certificates = new CertificateStore(options, time, _logger);
        _client = TargetClient.Create(options);
        _writer = new LogWriter(time, _logger);
        _doors = new Doors(OpenAsync, _logger);
        _web = new WebServer(
            options, [new(options.HttpPort, false), new(options.HttpsPort, true)], EntranceOf(EdgePort.Https), time, logs);
    }

    /// <summary>What the edge serves by now.</summary>
    public EdgeSnapshot Snapshot => _current.Value;

    /// <summary>The port of plain HTTP, once started; of several addresses that of the first.</summary>
    public int HttpPort => _web.FirstPort;

    /// <summary>The port of HTTPS, once started; of several addresses that of the last.</summary>
    public int HttpsPort => _web.LastPort;

    /// <summary>Certificates visitors asked for that could not be loaded, replaced ones included for a while.</summary>
    public ImmutableArray<Problem> CertificateProblems => _certificates.Problems;

    /// <summary>Starts listening; can be called once.</summary>
    /// <exception cref="ProblemException">
    /// <see cref="EdgeProblems.PortTaken"/>, <see cref="EdgeProblems.PortForbidden"/>, <see cref="EdgeProblems.AddressUnavailable"/>.
    /// </exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        var requests = new RequestLog(_writer, _time);
        var forwarder = new Forwarder(_current, _loads, _web.Forwarder, _client, _options, requests, _time, _logger);
        _entrance = new RequestEntrance(_current, forwarder, requests, _options);
        await _web.StartAsync(_entrance.At(EdgePort.Http, EdgePort.Https), cancel);
        _writer.Start();
        _started = true;
        _logger.Listening(HttpPort, HttpsPort);
        FollowDoors();
        await SettleAsync(cancel);
    }

    /// <summary>
    /// Takes no more connections, lets requests under way end for <see cref="EdgeOptions.StopTimeout"/>, cuts off the rest.
    /// </summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (!_started)
        {
            return;
        }

        _started = false;
        var closing = _doors.DisposeAsync();
        using var timeout = new CancellationTokenSource(_options.StopTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        await _web.StopAsync(either.Token);
        await closing;
        _logger.Stopped();
    }

    /// <summary>Replaces everything the edge knows, in one write. Requests that come afterwards see the new snapshot whole.</summary>
    public void Publish(EdgeSnapshot snapshot)
    {
        _current.Publish(snapshot);
        FollowDoors();
    }

    /// <summary>Changes the published snapshot; when several do at once, each change is kept.</summary>
    /// <param name="change">Pure: it is called again when another change came between.</param>
    public void Update(Func<EdgeSnapshot, EdgeSnapshot> change)
    {
        _current.Update(change);
        FollowDoors();
    }

    /// <summary>Doors beside the main ones that some app asks for and that could not be opened, with the reason.</summary>
    public ImmutableDictionary<EdgePort, Problem> DoorProblems => _doors.Problems;

    /// <summary>Waits until the doors are as the snapshot published last asks for.</summary>
    public Task SettleAsync(CancellationToken cancel) => _doors.SettleAsync(cancel);

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
        await _writer.DisposeAsync();
        _client.Dispose();
    }

    private TlsEntrance EntranceOf(EdgePort port) => new(port, _current, _certificates, _options, _logger);

    // Most changes leave the doors as they are; then nothing is done, unless one could not be opened the last time.
    private void FollowDoors()
    {
        var extra = _current.Value.Extra;
        if (_started && (!ReferenceEquals(Interlocked.Exchange(ref _followed, extra), extra) || _doors.HasProblems))
        {
            _doors.Follow(() => _current.Value.ExtraPorts);
        }
    }

    private async Task<IAsyncDisposable> OpenAsync(EdgePort port)
    {
        var web = new WebServer(_options, [port], EntranceOf(port), _time, _logs);
        try
        {
            await web.StartAsync(_entrance!.At(port, port), CancellationToken.None);
            return new Door(web, _options.StopTimeout, _time);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }
    }
}
