using System.Security.Cryptography.X509Certificates;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>
/// Starts the built-in authority. One that cannot start is no reason for apps to be down: it is told of, orders from it say so, and it is
/// tried again until it runs: a disk gets room, a clock is set right, a port becomes free.
/// </summary>
internal sealed partial class AuthorityKeeper(StateRoots roots, int? port, EdgeOptions edge, ILoggerFactory logs) : IBuiltInAuthority, IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly ILogger _log = logs.CreateLogger("Berth.Daemon");
    private volatile BuiltInAuthority? _running;
    private string? _told;

    public Uri? Directory => _running?.Directory;

    public X509Certificate2? Root => _running?.Root;

    public string? RootPath => _running?.RootPath;

    /// <summary>Tries once.</summary>
    public async Task TryAsync(CancellationToken cancel)
    {
        try
        {
            _running = await BuiltInAuthority.StartAsync(roots, port, edge, logs, cancel);
        }
        catch (ProblemException e)
        {
            if (Tells(e.Problem.Found))
            {
                NoAuthority(_log, e.Problem.Code.Id, e.Problem.Found, e.Problem.Remedy);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (Tells(e.Message))
            {
                Faulted(_log, e);
            }
        }
    }

    /// <summary>Tries again and again, until it runs.</summary>
    /// <param name="started">Called when it does after all.</param>
    /// <param name="stop">Ends the trying.</param>
    public async Task KeepTryingAsync(Action started, CancellationToken stop)
    {
        while (_running is null)
        {
            await Task.Delay(Pause, TimeProvider.System, stop);
            await TryAsync(stop);
            if (_running is { } running)
            {
                started();
                Running(_log, running.Directory);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is { } running)
        {
            await running.DisposeAsync();
        }
    }

    // The same words every few seconds would fill the log.
    private bool Tells(string words)
    {
        var isNew = _told != words;
        _told = words;
        return isNew;
    }

    [LoggerMessage(1204, LogLevel.Error, "The authority does not run: {Code}: {Found} {Remedy}")]
    private static partial void NoAuthority(ILogger log, string code, string found, string remedy);

    [LoggerMessage(1207, LogLevel.Error, "The authority does not run")]
    private static partial void Faulted(ILogger log, Exception cause);

    [LoggerMessage(1209, LogLevel.Information, "The authority runs after all, at {Directory}")]
    private static partial void Running(ILogger log, Uri directory);
}
