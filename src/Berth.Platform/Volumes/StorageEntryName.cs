using System.Text.RegularExpressions;
using Berth.Kernel;

namespace Berth.Platform.Volumes;

/// <summary>What a storage entry may be called: a DNS label of at most 45 characters.</summary>
public static partial class StorageEntryName
{
    /// <summary>Begins the names of entries that stand for mounts made without one.</summary>
    public const string LegacyPrefix = "legacy-";

    private const int Limit = 45;

    public static bool IsValid(string? name) => name is { Length: > 0 and <= Limit } && Label().IsMatch(name);

    /// <summary>Checks a name that a user wants to give.</summary>
    /// <exception cref="ProblemException"><see cref="VolumeProblems.EntryInvalid"/>.</exception>
    public static string Parse(string? name)
    {
        var found = name switch
        {
            null or "" => "storage entry name is required",
            { Length: > Limit } => $"storage entry name {VolumeProblems.Go(name)} is too long (max {Limit} characters); helm release names cap our budget",
            _ when !Label().IsMatch(name) =>
                $"storage entry name {VolumeProblems.Go(name)} must be a DNS-1123 label (lowercase letters, digits, and dashes; cannot start or end with a dash)",
            _ when name.StartsWith(LegacyPrefix, StringComparison.Ordinal) =>
                $"storage entry name {VolumeProblems.Go(name)} must not start with reserved prefix \"{LegacyPrefix}\"",
            _ => null,
        };
        return found is null ? name! : throw VolumeProblems.BadEntry(found).AsException();
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label();
}
