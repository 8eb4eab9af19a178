using System.Text.Json.Serialization;

namespace Berth.Platform.Plugins;

[JsonSerializable(typeof(PluginInfo[]))]
internal sealed partial class PluginJson : JsonSerializerContext;
