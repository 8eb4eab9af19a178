using Berth.Platform.CommandLine;
using Berth.Platform.Events;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Plugins;

/// <summary>The rooms of plugins, put together: what the program hands to its features, and the features plugins bring.</summary>
public sealed class PluginServices
{
    private readonly IStateStore _store;
    private readonly PropertyStore _properties;
    private readonly PluginCatalog _catalog;
    private readonly PluginInstaller _installer;
    private readonly EventLog _events;
    private readonly DokkuRc _settings;

    /// <param name="roots">Where state lies.</param>
    /// <param name="store">State on disk.</param>
    /// <param name="properties">Settings.</param>
    /// <param name="variable">Looks up an environment variable of this process.</param>
    /// <param name="time">The clock.</param>
    public PluginServices(StateRoots roots, IStateStore store, PropertyStore properties, Func<string, string?> variable, TimeProvider time)
    {
        (_store, _properties) = (store, properties);
        var folders = new PluginFolders(roots);
        var log = EventLog.PathFor(roots, variable);
        _catalog = new PluginCatalog(folders);
        _settings = new DokkuRc(store);
        _events = new EventLog(log, _settings, time);
        Files = new CompatibilityFiles(folders, Environment.ProcessPath!);
        var environment = new PluginEnvironment(folders, _settings, log, variable("BERTH_SOCKET"));
        Triggers = new PluginTriggers(_catalog, environment, Files, _events, time);
        Commands = new PluginCommands(_catalog, environment, Files, time);
        Listing = new PluginListing(_catalog, time);
        _installer = new PluginInstaller(_catalog, Files, time);
    }

    public CompatibilityFiles Files { get; }

    public PluginTriggers Triggers { get; }

    public PluginCommands Commands { get; }

    public PluginListing Listing { get; }

    /// <param name="runBuiltIn">Runs a built-in command for the caller of another.</param>
    public IReadOnlyList<IFeature> Features(Func<IReadOnlyList<string>, CommandCall, Task<int>> runBuiltIn) =>
    [
        new PluginFeature(_catalog, _installer, Listing, Triggers),
        new PlugnFeature(_catalog, _installer, Listing, Triggers, runBuiltIn),
        new PropertyFeature(_properties, _store),
        new EventFeature(_events, _settings),
        new TraceFeature(_settings),
    ];
}
