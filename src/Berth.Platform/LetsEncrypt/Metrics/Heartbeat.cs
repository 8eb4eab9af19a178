using System.Globalization;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Metrics;

/// <summary>When the daemon last looked at all certificates: the sign that what keeps them alive lives itself.</summary>
public sealed class Heartbeat(IStateStore store)
{
    private static readonly StatePath Place = StatePath.Lib("run", "renewals.heartbeat");

    /// <returns>Null when it never did.</returns>
    public DateTimeOffset? LastLook =>
        long.TryParse(store.Read(Place)?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    public void Beat(DateTimeOffset now)
    {
        try
        {
            store.Write(Place, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) + "\n", AtomicFile.PublicRead);
        }
        catch (ProblemException)
        {
            // A disk that takes no file must not end the look: the last one that was written grows old.
        }
    }
}
