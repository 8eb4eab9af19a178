using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Waits until a new process is fit for service.</summary>
internal sealed class HealthProbe(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public void Dispose() => _http.Dispose();

    /// <returns>As soon as it is known; an exit ends the wait at once.</returns>
    public async Task<HealthOutcome> WaitAsync(
        RunningProcess process, ProcessType type, int port, HealthSettings settings, KeyValuePair<string, string> marker, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(settings.Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        bool IsOurs() => ListenerOwner.MayBe(port, process.Pid, marker);
        var probing = ProbeAsync(type, port, settings, IsOurs, either.Token);
        await Task.WhenAny(probing, process.Exited);
        if (process.Exited.IsCompleted)
        {
            await either.CancelAsync();
            await probing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return HealthOutcome.Exited(await process.Exited);
        }

        try
        {
            return await probing;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return HealthOutcome.Unhealthy(string.Create(
                CultureInfo.InvariantCulture, $"it accepted no connection on port {port} within {settings.Deadline.TotalSeconds:0.#} s"));
        }
    }

    /// <summary>One look at an instance that is in service.</summary>
    /// <returns>Null when it is well, else what is wrong.</returns>
    public async Task<string?> LookAsync(ProcessType type, IPEndPoint address, HealthSettings settings, CancellationToken cancel)
    {
        if (!type.ReceivesRequests)
        {
            return null;
        }

        if (!await AcceptsAsync(address, cancel))
        {
            return $"it accepts no connection at {address}";
        }

        return settings.HttpPath is null ? null : await AnswersAsync(address, settings, cancel);
    }

    private async Task<HealthOutcome> ProbeAsync(
        ProcessType type, int port, HealthSettings settings, Func<bool> isOurs, CancellationToken cancel)
    {
        var expected = new IPEndPoint(IPAddress.Loopback, port);
        if (!settings.Enabled)
        {
            return HealthOutcome.Healthy(expected);
        }

        if (!type.ReceivesRequests)
        {
            await Task.Delay(settings.Uptime, time, cancel);
            return HealthOutcome.Healthy(expected);
        }

        var address = await ConnectAsync(port, isOurs, cancel);
        return settings.HttpPath is null || await AnswersAsync(address, settings, cancel) is not { } failure
            ? HealthOutcome.Healthy(address)
            : HealthOutcome.Unhealthy(failure);
    }

    private async Task<IPEndPoint> ConnectAsync(int port, Func<bool> isOurs, CancellationToken cancel)
    {
        // A server told to listen on "localhost" may choose either.
        IPEndPoint[] candidates = [new(IPAddress.Loopback, port), new(IPAddress.IPv6Loopback, port)];
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            foreach (var address in candidates)
            {
                if (await AcceptsAsync(address, cancel) && isOurs())
                {
                    return address;
                }
            }

            await Task.Delay(pause, time, cancel);
        }
    }

    private static async Task<bool> AcceptsAsync(IPEndPoint address, CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, cancel);
            // Linux may connect a socket to itself when nobody listens on a port of the ephemeral range.
            return !Equals(socket.LocalEndPoint, socket.RemoteEndPoint);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <returns>Null when it answered well, else the last thing that was wrong.</returns>
    private async Task<string?> AnswersAsync(IPEndPoint address, HealthSettings settings, CancellationToken cancel)
    {
        string? failure = null;
        for (var attempt = 1; attempt <= settings.Attempts; attempt++)
        {
            if (attempt > 1)
            {
                await Task.Delay(settings.Wait, time, cancel);
            }

            failure = await AskAsync(new Uri($"http://{address}{settings.HttpPath}"), settings.Timeout, cancel);
            if (failure is null)
            {
                return null;
            }
        }

        return $"GET {settings.HttpPath} {failure}, {settings.Attempts} times";
    }

    private async Task<string?> AskAsync(Uri url, TimeSpan timeout, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Host = "localhost";
            // The headers suffice: the body, which may be endless, is never read.
            using var response = await _http.SendAsync(request, either.Token);
            return (int)response.StatusCode is >= 200 and < 400 ? null : $"answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException)
        {
            return "got no answer";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"took longer than {timeout.TotalSeconds:0.#} s");
        }
    }
}
