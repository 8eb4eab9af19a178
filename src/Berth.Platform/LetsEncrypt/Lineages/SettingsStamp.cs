using Berth.Kernel;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// Tells whether anything was set since an order was refused for its settings: all files that say how an app's certificate is ordered, as one number.
/// </summary>
/// <param name="store">Where they lie.</param>
/// <param name="properties">Some name further files.</param>
/// <param name="trustFile">What <c>LEGO_CA_CERTIFICATES</c> names, or null.</param>
public sealed class SettingsStamp(IStateStore store, PropertyStore properties, string? trustFile)
{
    private const string Feature = LetsEncryptSettingsStore.Feature;

    /// <returns>A number that is another once one of them has changed, be it only written anew; and when the last one did.</returns>
    public (ulong Stamp, DateTimeOffset Changed) Of(AppName app)
    {
        var (stamp, changed) = (0UL, 0L);
        foreach (var file in FilesOf(app).Select(FileStamp.Of))
        {
            (stamp, changed) = (file.AddTo(stamp), Math.Max(changed, file.Changed));
        }

        return (stamp, DateTimeOffset.FromUnixTimeMilliseconds(changed / 1_000_000));
    }

    private IEnumerable<string> FilesOf(AppName app) =>
    [
        .. PropertiesOf(PropertyStore.Global),
        .. PropertiesOf(app.Text),

        // What 2016 set in variables.
        store.FileOf(StatePath.Lib("config", PropertyStore.Global, "ENV")),
        store.FileOf(StatePath.Lib("config", app.Text, "ENV")),
        store.FileOf(StatePath.Home("ENV")),
        store.FileOf(StatePath.Home(app.Text, "ENV")),
        store.FileOf(StatePath.Home(app.Text, "VHOST")),
        store.FileOf(StatePath.Lib("config", "ports", app.Text, "map")),
        store.FileOf(StatePath.Lib("config", "ports", app.Text, "map-detected")),
        .. trustFile is { Length: > 0 } ? [trustFile] : (string[])[],
    ];

    // Notices are no part of an order.
    private IEnumerable<string> PropertiesOf(string scope) => properties.Keys(Feature, scope)
        .Where(key => !key.StartsWith("notify-", StringComparison.Ordinal))
        .SelectMany(key => properties.Get(Feature, scope, key) is ['/', ..] file ? [PathOf(scope, key), file] : new[] { PathOf(scope, key) });

    private string PathOf(string scope, string key) => store.FileOf(StatePath.Lib("config", Feature, scope, key));
}
