using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Metrics;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Warns where no daemon looks at certificates: all that is told of the future is its to do.</summary>
public sealed class DaemonSilence(Heartbeat heartbeat, AutoRenewal renewal, TimeProvider time)
{
    // It looks every five minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Whether this is the daemon.</summary>
    public required bool IsDaemon { get; init; }

    public void Warn(CommandOutput output)
    {
        if (!IsDaemon)
        {
            output.Warn($"No daemon answers: nothing of this is done{(renewal.IsOn ? " by itself" : ", by hand either,")} until one runs (berth serve).");
        }

        // Then it does nothing while it runs either.
        if (!renewal.IsOn)
        {
            return;
        }

        // One of the future was written under another clock.
        var last = heartbeat.LastLook;
        if (last is null || (time.GetUtcNow() - last.Value).Duration() > Longest)
        {
            output.Warn($"The daemon has {(last is { } at ? $"not looked at certificates since {Holds.Time(at)}" : "never looked at certificates")}: nothing is renewed by itself until it runs.");
        }
    }
}
