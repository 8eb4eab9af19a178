using System.Diagnostics.CodeAnalysis;
using Berth.Kernel;
using Tomlyn;

namespace Berth.Platform.Plugins;

/// <summary>What a plugin says of itself in <c>plugin.toml</c>.</summary>
/// <param name="Version">One word: <c>1.2.0</c>.</param>
/// <param name="Description">One line; may be empty.</param>
public sealed record PluginManifest(string Version, string Description)
{
    /// <summary>The file's name in a plugin's folder.</summary>
    public const string File = "plugin.toml";

    private const int SizeLimit = 64 * 1024;

    /// <summary>Reads the file; <c>[plugin]</c> with a version and a description is what is asked for, everything else is the plugin's own.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="manifest">What it says.</param>
    /// <param name="reason">Otherwise: what is wrong, as the end of a sentence.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PluginManifest? manifest, [NotNullWhen(false)] out string? reason)
    {
        manifest = null;
        reason = text.Length > SizeLimit ? "it is larger than 64 KiB" : null;
        if (reason is not null)
        {
            return false;
        }

        try
        {
            var section = TomlSerializer.Deserialize(text, PluginTomlContext.Default.PluginToml)?.Plugin;
            reason = section is null ? "it has no [plugin] section"
                : string.IsNullOrWhiteSpace(section.Version) ? "[plugin] names no version"
                : section.Description is null ? "[plugin] has no description"
                : null;
            manifest = reason is null ? new PluginManifest(Word(section!.Version!), Printable.Of(section.Description!.Trim())) : null;
        }
        catch (Exception e) when (e is TomlException or ArgumentException)
        {
            // The reader trips over an escape that the end cuts off.
            reason = $"it is no TOML: {Printable.Of(e.Message)}";
        }

        return manifest is not null;
    }

    /// <returns>What the folder's file says, or null when it has none that can be read.</returns>
    public static PluginManifest? TryRead(string folder)
    {
        try
        {
            return PlainFile.Read($"{folder}/{File}", SizeLimit) is { } text && TryParse(text, out var manifest, out _) ? manifest : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the file of a plugin that is about to be taken in.</summary>
    /// <exception cref="ProblemException"><see cref="PluginProblems.ManifestInvalid"/>.</exception>
    public static PluginManifest Demand(PluginName name, string folder)
    {
        try
        {
            return PlainFile.Read($"{folder}/{File}", SizeLimit) is not { } text
                ? throw PluginProblems.InvalidManifest(name, "there is none").AsException()
                : TryParse(text, out var manifest, out var reason)
                ? manifest
                : throw PluginProblems.InvalidManifest(name, reason).AsException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginProblems.InvalidManifest(name, e.Message).AsException(e);
        }
    }

    // Columns are separated by spaces: a version with one would shift them.
    private static string Word(string text) => Printable.Of(string.Concat(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), 40);
}
