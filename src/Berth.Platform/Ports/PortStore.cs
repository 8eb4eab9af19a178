using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Ports;

/// <summary>
/// The port maps apps were given (<c>config/ports/&lt;app&gt;/map</c>, a mapping a line, sorted) and those a build found
/// (<c>map-detected</c>). A server older than these files keeps the map in <c>DOKKU_PROXY_PORT_MAP</c>; that counts until the first change.
/// </summary>
public sealed class PortStore(PropertyStore properties, ConfigStore config, IStateStore store)
{
    private const string Feature = "ports";
    private const string Map = "map";
    private const string Detected = "map-detected";
    private const string Variable = "DOKKU_PROXY_PORT_MAP";

    /// <summary>The apps that may have a map in these files.</summary>
    public IReadOnlySet<string> Owners => properties.Scopes(Feature);

    /// <summary>What the app was given by its owner; empty when what was detected holds.</summary>
    public ImmutableArray<PortMapping> Read(AppName app) =>
        Parse(properties.Get(Feature, app.Text, Map) ?? config.Get(app, Variable));

    /// <summary>What the app's build told of, without its certificate's part.</summary>
    public ImmutableArray<PortMapping> ReadDetected(AppName app) => Parse(properties.Get(Feature, app.Text, Detected));

    /// <summary>Replaces the map by what <paramref name="change"/> makes of it; an empty one is no map.</summary>
    public async Task ChangeAsync(
        AppName app, Func<ImmutableArray<PortMapping>, IEnumerable<PortMapping>> change, CancellationToken cancel)
    {
        using (await store.LockAsync(app.Text, cancel))
        {
            Write(app, change(Read(app)));
        }

        if (config.Get(app, Variable) is not null)
        {
            await config.ChangeAsync(app, before => before.Remove(Variable), cancel);
        }
    }

    /// <summary>Takes off what the app was given and what was detected.</summary>
    public async Task ClearAsync(AppName app, CancellationToken cancel)
    {
        await ChangeAsync(app, _ => [], cancel);
        properties.Set(Feature, app.Text, Detected, "");
    }

    /// <summary>Writes the map in one step; for callers that cannot wait for others, whose last word then counts.</summary>
    internal void Write(AppName app, IEnumerable<PortMapping> mappings) => properties.Set(
        Feature, app.Text, Map, string.Concat(mappings.Select(mapping => $"{mapping}\n").Order(StringComparer.Ordinal)));

    // Edited by hand: what is no mapping is passed over, as it always was.
    private static ImmutableArray<PortMapping> Parse(string? text) =>
        [.. (text ?? "").Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(word => PortMapping.TryParse(word, out var mapping, out _) ? mapping : null)
            .OfType<PortMapping>()
            .DistinctBy(mapping => mapping.Key)];
}
