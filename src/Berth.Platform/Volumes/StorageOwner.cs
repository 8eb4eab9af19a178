using System.Globalization;
using Berth.Kernel;

namespace Berth.Platform.Volumes;

/// <summary>Whom a storage folder is given to: a builder's user by its name, or a number.</summary>
public static class StorageOwner
{
    public const string Herokuish = "herokuish";

    private static readonly Dictionary<string, uint> ByName = new(StringComparer.Ordinal)
    {
        [Herokuish] = 32767,
        ["heroku"] = 1000,
        ["packeto"] = 2000,
        ["paketo"] = 2000,
        ["root"] = 0,
    };

    /// <summary>The users builders run apps as: with the embedded scheduler, each app's own account takes their place.</summary>
    public static readonly IReadOnlyList<uint> BuildersUsers = [32767, 1000, 2000];

    /// <returns>The number, or null for <c>false</c>: leave the folder as it is.</returns>
    /// <exception cref="ProblemException"><see cref="VolumeProblems.ChownInvalid"/>.</exception>
    public static uint? Parse(string text) => text switch
    {
        "false" => null,
        _ when ByName.TryGetValue(text, out var number) => number,
        _ when ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw VolumeProblems.BadChown().AsException(),
    };
}
