using System.Text.Json.Serialization;

namespace Berth.Platform.Processes.Supervision;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(InstanceRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
