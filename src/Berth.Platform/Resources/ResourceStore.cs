using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.Resources;

/// <summary>
/// Limits and reservations of each app and process type: a property each, <c>config/resource/&lt;app&gt;/&lt;process&gt;.&lt;kind&gt;.&lt;resource&gt;</c>.
/// </summary>
public sealed class ResourceStore(PropertyStore properties)
{
    /// <summary>Stands for every process type that has none of its own.</summary>
    public const string EveryProcess = "_default_";

    public const string Limit = "limit";
    public const string Reserve = "reserve";

    public static readonly IReadOnlyList<string> Resources =
        ["cpu", "memory", "memory-swap", "network", "network-ingress", "network-egress", "nvidia-gpu"];

    private const string Feature = "resource";

    public string? Get(AppName app, string process, string kind, string resource) =>
        properties.Get(Feature, app.Text, Key(process, kind, resource));

    /// <summary>Sets an amount; an empty one removes it.</summary>
    public void Set(AppName app, string process, string kind, string resource, string amount) =>
        properties.Set(Feature, app.Text, Key(process, kind, resource), amount);

    /// <summary>Removes all of a kind.</summary>
    /// <param name="app">Which app.</param>
    /// <param name="process">Which process type; null for all.</param>
    /// <param name="kind"><see cref="Limit"/> or <see cref="Reserve"/>.</param>
    public void Clear(AppName app, string? process, string kind)
    {
        foreach (var key in All(app).Keys.Where(key => key.Split('.') is [var owner, var its, _] && its == kind && (process ?? owner) == owner))
        {
            properties.Set(Feature, app.Text, key, "");
        }
    }

    /// <returns>Everything set, by key.</returns>
    public IReadOnlyDictionary<string, string> All(AppName app) => properties.Keys(Feature, app.Text)
        .Where(key => key.Split('.') is [_, Limit or Reserve, var resource] && Resources.Contains(resource))
        .ToDictionary(key => key, key => properties.Get(Feature, app.Text, key) ?? "", StringComparer.Ordinal);

    private static string Key(string process, string kind, string resource) => $"{process}.{kind}.{resource}";
}
