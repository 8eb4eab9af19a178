using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Berth.Kernel;

namespace Berth.Platform.Volumes;

/// <summary>A mount as people write it: <c>host:container[:options]</c>, options with commas between them.</summary>
/// <param name="Host">An absolute path, or a Docker volume's name.</param>
/// <param name="Container">An absolute path.</param>
/// <param name="Readonly">Whether <c>ro</c> was among the options.</param>
/// <param name="Options">The other options, in the order written; null for none.</param>
public sealed partial record MountSpec(string Host, string Container, bool Readonly, string? Options)
{
    /// <summary>The longest text, in characters; Linux bounds a path to 4096 bytes.</summary>
    public const int LengthLimit = 8192;

    private const string NotPaths = "Storage path must be two valid paths divided by colon.";
    private const string NotVolume =
        "Volume name must be two characters or more. Volume name must not contain invalid characters. " + NotPaths;

    /// <exception cref="ProblemException"><see cref="VolumeProblems.MountInvalid"/>.</exception>
    public static MountSpec Parse(string text)
    {
        if (text.Length > LengthLimit || text.Any(char.IsControl))
        {
            throw VolumeProblems.BadMount(NotPaths).AsException();
        }

        if (!(text.StartsWith('/') ? Paths() : VolumeAndPath()).IsMatch(text))
        {
            throw VolumeProblems.BadMount(text.StartsWith('/') ? NotPaths : NotVolume).AsException();
        }

        var parts = text.Split(':', 3);
        var options = parts.Length < 3 ? [] : parts[2].Split(',').Where(option => option.Length > 0).ToArray();
        var others = string.Join(',', options.Where(option => option != "ro"));
        return parts[1].StartsWith('/')
            ? new MountSpec(parts[0], parts[1], options.Contains("ro"), others.Length > 0 ? others : null)
            : throw VolumeProblems.BadMount(NotPaths).AsException();
    }

    /// <summary>
    /// The entry that stands for a mount without a name: the same for everyone who mounts the same place, so that what one command
    /// mounted another can unmount.
    /// </summary>
    public string EntryName()
    {
        // The contract's name for it: SHA-1 tells places apart here, it protects nothing.
#pragma warning disable CA5350
        var hash = SHA1.HashData(Encoding.UTF8.GetBytes(Host.StartsWith('/') ? Host : $"vol:{Host}"));
#pragma warning restore CA5350
        return StorageEntryName.LegacyPrefix + Convert.ToHexStringLower(hash)[..10];
    }

    public override string ToString()
    {
        var options = string.Join(',', new[] { Readonly ? "ro" : null, Options }.Where(option => !string.IsNullOrEmpty(option)));
        return options.Length > 0 ? $"{Host}:{Container}:{options}" : $"{Host}:{Container}";
    }

    [GeneratedRegex("^/.*:/", RegexOptions.NonBacktracking)]
    private static partial Regex Paths();

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]+:/", RegexOptions.NonBacktracking)]
    private static partial Regex VolumeAndPath();
}
