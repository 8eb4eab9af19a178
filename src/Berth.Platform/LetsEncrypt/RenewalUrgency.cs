using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>How urgent certificates are that wait for a turn, and whom they will ask: read once, until they are asked anew. Used by one loop.</summary>
internal sealed class RenewalUrgency(CertificateManager manager)
{
    private readonly Dictionary<AppName, RenewalRank> _known = [];

    /// <param name="app">Whose.</param>
    /// <param name="apps">How many apps there are.</param>
    public RenewalRank Of(AppName app, int apps)
    {
        if (!_known.TryGetValue(app, out var known))
        {
            using var pass = SinglePass.OverMany(app.Text, apps);
            _known[app] = known = Read(app);
        }

        return known;
    }

    public void Forget(AppName app) => _known.Remove(app);

    public void ForgetAll() => _known.Clear();

    private RenewalRank Read(AppName app)
    {
        try
        {
            var (expires, canWait, hasFailed) = manager.UrgencyOf(app);
            return new(canWait, expires ?? DateTimeOffset.MaxValue, manager.ServerOf(app)) { HasFailed = hasFailed };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Told of when it is asked for its next step, and holds up no other.
            return new(CanWait: true, DateTimeOffset.MaxValue, "");
        }
    }
}
