using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>
/// Reads and writes every wire record. Members nobody knows are ignored, as RFC 8555 §7.1 asks; a member that is missing,
/// null where none may be, or given twice is a <see cref="System.Text.Json.JsonException"/>.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(AcmeDirectory))]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(NewAccountRequest))]
[JsonSerializable(typeof(AccountUpdate))]
[JsonSerializable(typeof(StatusUpdate))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(NewOrderRequest))]
[JsonSerializable(typeof(OrderList))]
[JsonSerializable(typeof(Authorization))]
[JsonSerializable(typeof(NewAuthorizationRequest))]
[JsonSerializable(typeof(Challenge))]
[JsonSerializable(typeof(FinalizeRequest))]
[JsonSerializable(typeof(RevocationRequest))]
[JsonSerializable(typeof(KeyChangeRequest))]
[JsonSerializable(typeof(RenewalInfo))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(JwsMessage))]
[JsonSerializable(typeof(JwsHeader))]
[JsonSerializable(typeof(JsonWebKey))]
public sealed partial class AcmeJson : JsonSerializerContext;
