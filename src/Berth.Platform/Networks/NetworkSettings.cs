using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Networks;

/// <summary>What <c>network:set</c> keeps.</summary>
public sealed class NetworkSettings(PropertyStore properties)
{
    public const string Feature = "network";
    public const string PostCreate = "attach-post-create";
    public const string PostDeploy = "attach-post-deploy";
    public const string AllInterfaces = "bind-all-interfaces";
    public const string Initial = "initial-network";

    public SettingTable Table { get; } = new(
        Feature,
        properties,
        new Setting(PostCreate),
        new Setting(PostDeploy),
        new Setting(AllInterfaces, "false"),
        new Setting(Initial),
        new Setting("static-web-listener") { ForAll = false },
        new Setting("tld"));

    /// <summary>What a new app starts with.</summary>
    public static StateFile Begin(AppName app) => new(StatePath.Lib("config", Feature, app.Text, AllInterfaces), "false");

    /// <returns>Who would miss the network: apps' names, <c>--global</c>.</returns>
    public IReadOnlyList<string> UsersOf(string network, AppCatalog apps) =>
        [.. apps.List().Select(app => app.Text).Prepend(PropertyStore.Global)
            .Where(scope => new[] { PostCreate, PostDeploy, Initial }
                .Any(key => (properties.Get(Feature, scope, key) ?? "").Split(',').Contains(network)))];
}
