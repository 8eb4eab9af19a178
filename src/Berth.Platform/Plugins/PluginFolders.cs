using Berth.Storage;

namespace Berth.Platform.Plugins;

/// <summary>Where plugins lie, as Dokku's layout has it.</summary>
/// <param name="Roots">Where state lies.</param>
public sealed record PluginFolders(StateRoots Roots)
{
    // Of a Dokku server whose data is served in place: its own folder must stay as it is, or there is no way back.
    private const string Beside = "core-plugins.berth";

    /// <summary>Marks a core folder as ours, and says which version of it was written.</summary>
    public const string Mark = ".berth";

    /// <summary><c>plugins</c> of people other than us.</summary>
    public string Root => $"{Roots.Lib}/plugins";

    public string Available => $"{Root}/available";

    public string Enabled => $"{Root}/enabled";

    /// <summary>The files plugins source.</summary>
    public string Core { get; } = IsForeign($"{Roots.Lib}/core-plugins") ? $"{Roots.Lib}/{Beside}" : $"{Roots.Lib}/core-plugins";

    public string CoreAvailable => $"{Core}/available";

    public string CoreEnabled => $"{Core}/enabled";

    /// <summary>Holds <c>dokku</c>, <c>berth</c> and <c>plugn</c> for plugins, first on their PATH.</summary>
    public string Programs => $"{Core}/bin";

    /// <summary>Holds <c>sigil</c>, last on their PATH: the real one comes first where there is one.</summary>
    public string StandIns => $"{Core}/stand-ins";

    /// <summary>What plugins are told their folder is: ours and others' together. On a taken-over server a folder of links beside the real one.</summary>
    public string Seen => Core.EndsWith(Beside, StringComparison.Ordinal) ? $"{Core}/plugins" : Root;

    private static bool IsForeign(string core) =>
        Directory.Exists($"{core}/available") && !File.Exists($"{core}/{Mark}") && Directory.EnumerateFileSystemEntries($"{core}/available").Any();
}
