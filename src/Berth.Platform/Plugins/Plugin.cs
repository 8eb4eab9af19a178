namespace Berth.Platform.Plugins;

/// <summary>One plugin as <c>plugin:list</c> shows it.</summary>
/// <param name="Name">Its folder's name.</param>
/// <param name="Folder">Where it lies; null for what is built in.</param>
/// <param name="Version">As its <c>plugin.toml</c> says; empty when that cannot be read.</param>
/// <param name="Description">As above.</param>
/// <param name="Enabled">Whether its commands and triggers count.</param>
public sealed record Plugin(string Name, string? Folder, string Version, string Description, bool Enabled)
{
    /// <summary>True for what Berth brings along.</summary>
    public bool IsCore => Folder is null;
}
