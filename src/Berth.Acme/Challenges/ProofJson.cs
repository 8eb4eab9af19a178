using System.Text.Json.Serialization;

namespace Berth.Acme.Challenges;

/// <summary>A stored proof history's JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, ProofMemory>))]
internal sealed partial class ProofJson : JsonSerializerContext;
