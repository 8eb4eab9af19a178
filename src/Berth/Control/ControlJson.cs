using System.Text.Json.Serialization;

namespace Berth.Control;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CallRequest))]
internal sealed partial class ControlJson : JsonSerializerContext;
