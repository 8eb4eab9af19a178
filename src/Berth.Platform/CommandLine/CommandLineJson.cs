using System.Text.Json.Serialization;

namespace Berth.Platform.CommandLine;

/// <summary>JSON of simple lists that commands print.</summary>
[JsonSerializable(typeof(string[]))]
public sealed partial class CommandLineJson : JsonSerializerContext;
