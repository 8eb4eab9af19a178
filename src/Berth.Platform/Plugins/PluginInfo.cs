using System.Text.Json.Serialization;

namespace Berth.Platform.Plugins;

/// <summary>A plugin in the JSON of <c>plugin:list</c>. What did not come from git has an empty source.</summary>
internal sealed record PluginInfo
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("version")]
    public required string Version { get; init; }

    [JsonPropertyName("enabled")]
    public required bool Enabled { get; init; }

    [JsonPropertyName("core")]
    public required bool Core { get; init; }

    [JsonPropertyName("description")]
    public required string Description { get; init; }

    [JsonPropertyName("source_url")]
    public string SourceUrl { get; init; } = "";

    [JsonPropertyName("committish")]
    public string Committish { get; init; } = "";

    [JsonPropertyName("branch")]
    public string Branch { get; init; } = "";
}
