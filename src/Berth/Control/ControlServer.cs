using System.Net.Sockets;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Berth.Control;

/// <summary>Takes commands over the Unix socket: one HTTP upgrade a command, frames from then on.</summary>
internal sealed class ControlServer(StateRoots roots, CommandRunner runner) : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // A client sends its call at once: who does not, holds a descriptor for nothing.
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? _app;
    private bool _disposed;

    // Those under way, and one more until the server is to end.
    private int _calls = 1;
    private FileOwner? _owner;
    private IDisposable? _folder;

    public async Task StartAsync(CancellationToken cancel)
    {
        var file = ControlSocket.FileOf(roots);
        PrivateFolder.Ensure(Path.GetDirectoryName(file)!, PrivateFolder.PublicRead);
        // The caller holds the daemon's lock, so a socket that lies here belongs to nobody.
        Remove(file);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        var address = ControlSocket.AddressOf(file, out _folder);
        // Without this each of a command's lines wakes two more threads.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;

            // A client may read at its leisure: a pager does.
            options.Limits.MinResponseDataRate = null;
            options.ListenUnixSocket(address);
        });
        _app = builder.Build();
        _app.Run(ServeAsync);
        await _app.StartAsync(cancel);
        File.SetUnixFileMode(file, AtomicFile.Private);
        _owner = FileOwner.Of(roots.Home);
        if (CurrentUser.IsRoot)
        {
            _owner?.Take(file);
        }
    }

    private static void Remove(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(file, e).AsException(e);
        }
    }

    /// <summary>Refuses new commands, interrupts those under way, and waits until they have ended. May be called again.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        if (_app is not null)
        {
            await CloseAsync(_app);
            await _app.DisposeAsync();
        }

        _folder?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Waits for the commands; who has said but half of one is not waited for.</summary>
    private async Task CloseAsync(WebApplication app)
    {
        using var enough = new CancellationTokenSource();
        var closing = app.StopAsync(enough.Token);
        Leave();
        await Task.WhenAny(_over.Task, closing);
        enough.CancelAfter(Farewell);
        await closing;
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _calls) == 0)
        {
            _over.TrySetResult();
        }
    }

    private async Task ServeAsync(HttpContext context)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || context.Request.Path != ControlSocket.Path
            || context.Request.Headers.Upgrade != ControlSocket.Protocol)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (PeerOf(context) is not { } user)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        // Before it is read: a call that comes as the daemon ends is one under way, too.
        Interlocked.Increment(ref _calls);
        try
        {
            var stream = await upgrade.UpgradeAsync();
            var reader = new FrameReader(stream);
            if (await ReadCallAsync(reader) is { } call)
            {
                await RunAsync(call, user, stream, reader, context.Abort);
            }
        }
        finally
        {
            Leave();
        }
    }

    private async Task<CallRequest?> ReadCallAsync(FrameReader reader)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(CallPatience);
        try
        {
            return await reader.ReadCallAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task RunAsync(CallRequest call, uint user, Stream stream, FrameReader reader, Action hangUp)
    {
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var gone = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        using var writer = new FrameWriter(stream, TimeProvider.System);
        var pump = PumpAsync(reader, Hear, gone, ended.Token);

        // This may be the thread that reads from the client: it goes on doing so, or nobody would hear Ctrl-C while a command waits for nothing.
        await Task.Yield();
        var caller = new Caller(user, call.Program == "dokku" ? "dokku" : "berth", call.OutputIsTerminal, call.ErrorIsTerminal)
        {
            Coloured = call.Colour,
            WithinPlugin = call.WithinPlugin,
            Operations = call.Operations,
            InputIsTerminal = call.InputIsTerminal,
            SshUser = call.SshUser,
            SshName = call.SshName,
        };
        var status = IsOfOtherRoot(call.Home)
            ? ProblemPrinter.Print(new CommandOutput(writer, caller), ProgramProblems.OtherRoot(call.Home, roots), caller)
            : await runner.RunAsync(call.Words, caller, writer, OpenInput, interrupted.Token, gone.Token);
        await EndAsync(writer.EndAsync(status), hangUp);

        // A client goes when it has the status; who stays is not read from any longer.
        ended.CancelAfter(Farewell);
        await pump;

        void Hear(FrameKind said)
        {
            switch (said)
            {
                case FrameKind.Interrupt:
                    interrupted.Cancel();
                    break;
                case FrameKind.Waiting:
                    writer.ClientWaits();
                    break;
                case FrameKind.Unheard:
                    _ = gone.CancelAsync();
                    break;
                default:
                    // A client of a later version: what it says more can be done without.
                    break;
            }
        }

        Stream OpenInput() => new WantedInput(reader.Input, writer.WantInput);
    }

    /// <summary>A client may read at its leisure (a pager does), until the daemon ends: then what it has not taken soon is lost.</summary>
    private async Task EndAsync(Task sending, Action hangUp)
    {
        try
        {
            await sending.WaitAsync(_stopping.Token);
        }
        catch (OperationCanceledException)
        {
            if (await Task.WhenAny(sending, Task.Delay(Farewell, TimeProvider.System, CancellationToken.None)) != sending)
            {
                hangUp();
            }

            await sending;
        }
    }

    private bool IsOfOtherRoot(string named) => named.Length > 0 && named != roots.Home && RealOf(named) != RealOf(roots.Home);

    private static string RealOf(string folder)
    {
        try
        {
            using var held = HeldFolder.TryOpen(folder);
            return held?.RealPath ?? folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return folder;
        }
    }

    private static async Task PumpAsync(FrameReader reader, Action<FrameKind> hear, CancellationTokenSource gone, CancellationToken ended)
    {
        await reader.PumpAsync(hear, ended);
        if (!ended.IsCancellationRequested)
        {
            await gone.CancelAsync();
        }
    }

    /// <returns>The caller's user as the kernel knows it; null when it is neither root, nor this daemon's own user, nor the state's owner.</returns>
    private uint? PeerOf(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket)
        {
            return null;
        }

        try
        {
            var user = PeerCredentials.Of(socket).User;
            return user == 0 || user == CurrentUser.Id || user == _owner?.User ? user : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
