using System.Text.Json.Serialization;

namespace Berth.Platform.LetsEncrypt.Lineages;

[JsonSourceGenerationOptions(
    Converters = [typeof(KeptTime)],
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LineageState))]
[JsonSerializable(typeof(LineageAdvice))]
internal sealed partial class LineageJson : JsonSerializerContext;
