using Tomlyn.Serialization;

namespace Berth.Platform.Plugins;

[TomlSerializable(typeof(PluginToml))]
internal sealed partial class PluginTomlContext : TomlSerializerContext;
