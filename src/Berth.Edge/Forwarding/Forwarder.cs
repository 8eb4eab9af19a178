using System.Net;
using Berth.Edge.Answers;
using Berth.Edge.Hosts;
using Berth.Edge.Logging;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Berth.Edge.Forwarding;

/// <summary>Takes a request to one of the app's live processes and its response back.</summary>
internal sealed class Forwarder(
    CurrentSnapshot current, TargetLoads loads, IHttpForwarder yarp, HttpMessageInvoker client, EdgeOptions options,
    RequestLog requests, TimeProvider time, ILogger logger)
{
    private readonly TargetChoice _choice = new(loads);
    private readonly ForwardedHeaders _headers = new(options, time);
    private readonly ForwarderRequestConfig _config = Config(options.ActivityTimeout);
    private readonly ForwarderRequestConfig _upgraded = Config(options.UpgradedIdleTimeout);

    /// <param name="context">The request.</param>
    /// <param name="port">The door it came by.</param>
    /// <param name="chosen">Who answers it.</param>
    internal async Task ForwardAsync(HttpContext context, EdgePort port, EdgeHost chosen)
    {
        EdgeHost? host = chosen;
        if (Enter(context, port, ref host) is not var (target, load))
        {
            await (host is null ? ErrorPage.UnknownHostAsync(context) : ErrorPage.NotRunningAsync(context));
            return;
        }

        var error = await SendAsync(context, host!, target, load);
        if (WasRefused(context, error) && Enter(context, port, ref host, except: target) is var (other, otherLoad))
        {
            logger.TryingAnotherTarget(chosen.App.Text, target.Address, other.Address);
            context.Response.Clear();
            target = other;
            error = await SendAsync(context, host!, other, otherLoad);
        }

        if (error != ForwarderError.None)
        {
            await ReportAsync(context, chosen, target, error);
        }
    }

    // Chooses and enters, then looks whether the choice still stands: see TargetLoads for why in this order.
    private (EdgeTarget Target, TargetLoad Load)? Enter(
        HttpContext context, EdgePort port, ref EdgeHost? host, EdgeTarget? except = null)
    {
        while (host is { Targets.IsDefaultOrEmpty: false } && _choice.Pick(host.Targets, except) is { } target)
        {
            var load = loads.Enter(target);
            var published = current.Value.Find(port, HostLine.Of(context.Request), context.Connection.LocalIpAddress);
            if (ReferenceEquals(published, host))
            {
                return (target, load);
            }

            load.Leave();
            host = published;
        }

        return null;
    }

    private async ValueTask<ForwarderError> SendAsync(HttpContext context, EdgeHost host, EdgeTarget target, TargetLoad load)
    {
        try
        {
            context.Features.Set(host);
            return await yarp.SendAsync(context, target.Address, client, ConfigFor(context, host), _headers);
        }
        finally
        {
            load.Leave();
        }
    }

    private ForwarderRequestConfig ConfigFor(HttpContext context, EdgeHost host)
    {
        if (Upgrade.IsWebSocket(context))
        {
            Upgrade.AllowSilence(context);
            return _upgraded;
        }

        return host.ActivityTimeout is { } timeout ? Config(timeout) : _config;
    }

    // Nothing of a request leaves before there is a connection, so any method may try again.
    private static bool WasRefused(HttpContext context, ForwarderError error) =>
        error == ForwarderError.Request && !context.Response.HasStarted
        && context.Features.Get<IForwarderErrorFeature>()?.Exception
            is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError };

    private async Task ReportAsync(HttpContext context, EdgeHost host, EdgeTarget target, ForwarderError error)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        // The visitor's own faults are not for the log: strangers would fill it.
        if (context.Response.StatusCode >= 500)
        {
            logger.ForwardingFailed(host.App.Text, target.Address, error.ToString(), context.Response.StatusCode);
            requests.Failed(context, host, target, error.ToString());
        }

        // Headers there are the app's: its answer came whole, only the rest of the request was not wanted any more.
        if (!context.Response.HasStarted && context.Response.Headers.Count == 0)
        {
            await ErrorPage.FailedAsync(context, context.Response.StatusCode);
        }
    }

    private static ForwarderRequestConfig Config(TimeSpan activityTimeout) => new()
    {
        ActivityTimeout = activityTimeout,
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
