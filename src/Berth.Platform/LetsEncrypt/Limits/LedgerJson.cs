using System.Text.Json.Serialization;
using Berth.Acme.Limits;

namespace Berth.Platform.LetsEncrypt.Limits;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Dictionary<string, LedgerEntry>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
