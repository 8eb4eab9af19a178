using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Whether the daemon renews by itself: it does, until someone turns it off with <c>letsencrypt:cron-job --remove</c>. The file the plugin
/// keeps for the same purpose follows, so that a server that goes back to it finds what was asked for.
/// </summary>
public sealed class AutoRenewal(PropertyStore properties, IStateStore store)
{
    private const string Key = "autorenew";

    public bool IsOn => properties.Get(LetsEncryptSettingsStore.Feature, PropertyStore.Global, Key) != "false";

    public void Turn(bool on)
    {
        properties.Set(LetsEncryptSettingsStore.Feature, PropertyStore.Global, Key, on ? "true" : "false");
        if (on)
        {
            store.Write(Marker, "");
        }
        else
        {
            store.Delete(Marker);
        }
    }

    private static StatePath Marker { get; } = StatePath.Lib("data", "letsencrypt", "--global", Key);
}
