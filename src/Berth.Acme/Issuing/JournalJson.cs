using System.Text.Json.Serialization;
using Berth.Acme.Accounts;

namespace Berth.Acme.Issuing;

/// <summary>The stored records' JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(PendingOrder))]
[JsonSerializable(typeof(StoredAccount))]
[JsonSerializable(typeof(RenewalPlan))]
public sealed partial class JournalJson : JsonSerializerContext;
