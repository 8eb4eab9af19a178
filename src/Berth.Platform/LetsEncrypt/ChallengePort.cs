using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Ports;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// An ACME server asks for its proof on port 80. An app whose mappings leave that port out gets one to the port that its first http (or
/// https) mapping leads to; the new mapping stays, so that renewals find it.
/// </summary>
public sealed class ChallengePort(IStateStore store, PortStore ports)
{
    private const int Asked = 80;

    /// <exception cref="ProblemException">The app has mappings, and none is for http or https.</exception>
    public async Task EnsureAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        // The plugin's webroot. Nothing is served from it, but scripts, and a server that goes back to the plugin, find it.
        store.EnsureFolder(StatePath.Lib("data", "letsencrypt", app.Text), PrivateFolder.PublicRead);
        if (MissingIn(app, InForce(app, ports.Read(app))) is null)
        {
            return;
        }

        PortMapping? added = null;
        await ports.ChangeAsync(
            app,
            set =>
            {
                // Looked at once more: by now another may have changed them.
                var mappings = InForce(app, set);
                added = MissingIn(app, mappings);
                return added is null ? set : mappings.Prepend(added);
            },
            cancel);
        if (added is not null)
        {
            output.Step($"Adding {added} port mapping to {app} for ACME HTTP-01 challenge...");
        }
    }

    /// <summary>Whether requests to port 80 come to the app as its mappings are.</summary>
    public bool IsOpen(AppName app) => InForce(app, ports.Read(app)) is var mappings && (mappings.Length == 0 || mappings.Any(IsAsked));

    /// <summary>Makes sure that there could be one, and adds none.</summary>
    /// <exception cref="ProblemException">The app has mappings, and none is for http or https.</exception>
    public void Require(AppName app) => _ = MissingIn(app, InForce(app, ports.Read(app)));

    private static bool IsAsked(PortMapping mapping) => mapping is { IsHttp: true, HostPort: Asked };

    private ImmutableArray<PortMapping> InForce(AppName app, ImmutableArray<PortMapping> set) => set.Length > 0 ? set : ports.ReadDetected(app);

    private static PortMapping? MissingIn(AppName app, ImmutableArray<PortMapping> mappings)
    {
        if (mappings.Length == 0 || mappings.Any(IsAsked))
        {
            return null;
        }

        var target = mappings.FirstOrDefault(mapping => mapping.IsHttp) ?? mappings.FirstOrDefault(mapping => mapping.IsHttps)
            ?? throw LetsEncryptProblems.NoPort(app).AsException();
        return PortMapping.Http(Asked, target.ContainerPort);
    }
}
