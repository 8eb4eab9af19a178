using System.Security.Cryptography.X509Certificates;
using Berth.Daemon;
using Berth.Platform.LetsEncrypt;
using Berth.Storage;

namespace Berth.Client;

/// <summary>Where the built-in authority answered last, for commands that tell what waits for it while no daemon runs: that it does not is no fault of an app's.</summary>
internal sealed class AuthorityAtRest(StateRoots roots) : IBuiltInAuthority
{
    public Uri? Directory { get; } = BuiltInAuthority.LastPort(roots) is { } port ? new Uri($"https://localhost:{port}/directory") : null;

    public X509Certificate2? Root => null;
}
