using Tomlyn.Serialization;

namespace Berth.Platform.Plugins;

/// <summary>What <c>plugin.toml</c> holds, as written; <see cref="PluginManifest"/> is what is believed of it.</summary>
internal sealed class PluginToml
{
    [TomlPropertyName("plugin")]
    public Section? Plugin { get; set; }

    internal sealed class Section
    {
        [TomlPropertyName("description")]
        public string? Description { get; set; }

        [TomlPropertyName("version")]
        public string? Version { get; set; }
    }
}
