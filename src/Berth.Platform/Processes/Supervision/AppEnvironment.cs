using System.Collections.Immutable;
using System.Globalization;

namespace Berth.Platform.Processes.Supervision;

/// <summary>What an app's process sees: its configuration and a few names more; nothing of the daemon's.</summary>
internal static class AppEnvironment
{
    private static readonly ImmutableDictionary<string, string> Defaults = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        KeyValuePair.Create("LANG", "C.UTF-8"),
    ]);

    public static ImmutableDictionary<string, string> Of(ProcessPlan plan, ProcessType type, int index, int port) => Defaults
        .SetItem("HOME", plan.Artifact)
        .SetItems(plan.Environment)
        .SetItem("DYNO", $"{type}.{index}")
        .SetItem("PORT", port.ToString(CultureInfo.InvariantCulture));

    /// <returns>The marker first, where a search finds it soonest.</returns>
    public static ImmutableArray<string> Lines(KeyValuePair<string, string> marker, ImmutableDictionary<string, string> variables) =>
    [
        $"{marker.Key}={marker.Value}",
        .. variables.Where(v => v.Key != marker.Key).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}"),
    ];
}
