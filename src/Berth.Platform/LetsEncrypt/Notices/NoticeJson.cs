using System.Text.Json.Serialization;

namespace Berth.Platform.LetsEncrypt.Notices;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Notice))]
[JsonSerializable(typeof(ToldState))]
[JsonSerializable(typeof(WaitingNotice))]
internal sealed partial class NoticeJson : JsonSerializerContext;
