using System.Text.Json.Serialization;

namespace Berth.Platform.Volumes;

/// <summary>The files of storage, in the shapes Dokku gives them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(StorageEntry))]
[JsonSerializable(typeof(Attachment))]
internal sealed partial class VolumeJson : JsonSerializerContext;
