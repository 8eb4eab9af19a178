using System.Collections.Immutable;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Builds;

namespace Berth.Platform.Processes;

/// <summary>What an app's <c>app.json</c> says that concerns its processes; everything else in it is other features' business.</summary>
public sealed record AppManifest
{
    /// <summary>The largest file that is read, in bytes.</summary>
    public const int SizeLimit = 256 * 1024;

    public static readonly AppManifest Empty = new();

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>How many of each type run (<c>formation</c>); empty when it names no quantity.</summary>
    public ImmutableSortedDictionary<ProcessType, int> Formation { get; init; } = ImmutableSortedDictionary<ProcessType, int>.Empty;

    /// <summary>The first check of <c>healthchecks.web</c> that concerns a start; null when there is none.</summary>
    public AppHealthCheck? WebCheck { get; init; }

    /// <param name="release">The folder of the release, out of which no link is followed.</param>
    /// <param name="file">The path; a file that is missing says nothing.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.ManifestInvalid"/>.</exception>
    public static AppManifest Read(string release, string file)
    {
        try
        {
            return ReleaseFile.Read(release, file, SizeLimit) is { } text ? Parse(text) : Empty;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProcessProblems.InvalidManifest($"cannot be read: {e.Message}").AsException(e);
        }
    }

    /// <param name="text">JSON.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.ManifestInvalid"/>.</exception>
    public static AppManifest Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Options);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                ? new AppManifest { Formation = FormationIn(root), WebCheck = CheckIn(root) }
                : throw ProcessProblems.InvalidManifest("is not a JSON object").AsException();
        }
        catch (JsonException e)
        {
            throw ProcessProblems.InvalidManifest($"is not JSON: {Printable.Of(e.Message)}").AsException(e);
        }
    }

    private static ImmutableSortedDictionary<ProcessType, int> FormationIn(JsonElement root)
    {
        var formation = ImmutableSortedDictionary.CreateBuilder<ProcessType, int>();
        if (!TryObject(root, "formation", out var types))
        {
            return formation.ToImmutable();
        }

        foreach (var type in types.EnumerateObject())
        {
            if (type.Value.ValueKind == JsonValueKind.Object && type.Value.TryGetProperty("quantity", out var quantity)
                && quantity.ValueKind != JsonValueKind.Null)
            {
                formation[ProcessType.Parse(type.Name)] = NumberIn(quantity, "quantity", ProcessPlan.CountLimit);
            }
        }

        return formation.ToImmutable();
    }

    private static AppHealthCheck? CheckIn(JsonElement root)
    {
        if (!TryObject(root, "healthchecks", out var checks) || !checks.TryGetProperty("web", out var web)
            || web.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var first = web.EnumerateArray().FirstOrDefault(IsForStart);
        return first.ValueKind != JsonValueKind.Object ? null : new AppHealthCheck
        {
            Path = first.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String ? path.GetString() : null,
            Attempts = Number(first, "attempts", 1000),
            Timeout = Number(first, "timeout", 86_400),
            Wait = Number(first, "wait", 86_400),
            Uptime = Number(first, "uptime", 86_400),
        };
    }

    // Liveness and readiness checks are for schedulers that ask for ever; Dokku's own takes the startup ones.
    private static bool IsForStart(JsonElement check) =>
        check.ValueKind == JsonValueKind.Object
        && (!check.TryGetProperty("type", out var type) || type.ValueKind == JsonValueKind.String && type.GetString() is "" or "startup");

    private static bool TryObject(JsonElement root, string name, out JsonElement found) =>
        root.TryGetProperty(name, out found) && found.ValueKind == JsonValueKind.Object;

    private static int? Number(JsonElement check, string name, int most) =>
        check.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? NumberIn(value, name, most) : null;

    private static int NumberIn(JsonElement value, string name, int most) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= most
            ? number
            : throw ProcessProblems.InvalidManifest($"has a {name} that is no whole number from 0 to {most}").AsException();
}
