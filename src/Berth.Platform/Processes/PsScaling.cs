using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>The <c>ps:scale</c> command: shows or sets how many of each process run, also for an app that was never deployed.</summary>
public sealed class PsScaling(AppRuntime runtime, FormationStore formations, AppCatalog apps)
{
    private const string Clear = "--clear";
    private const string Replace = "--replace";

    public async Task<int> RunAsync(CommandCall call)
    {
        var words = call.Parse(["--skip-deploy", Clear, Replace], ["--format"]);
        if (words.At(0) is { } first && first.Contains('=', StringComparison.Ordinal))
        {
            throw ProcessStateProblems.NoAppButCount(first).AsException();
        }

        var app = apps.Find(words.At(0));
        string[] counts = [.. words.Positional.Skip(1)];
        CheckFlags(words, counts);
        if (counts.Length == 0 && !words.Has(Clear))
        {
            Show(call, app, ReportRequest.IsJson(words.Value("--format")));
            return 0;
        }

        var after = words.Has(Clear)
            ? FormationStore.Default(runtime.TypesOf(app))
            : After(app, words.Has(Replace), Counts(counts));
        if (!formations.CanScale(app))
        {
            throw ProcessStateProblems.NotScalable(app).AsException();
        }

        call.Output.Step(words.Has(Clear)
            ? $"Resetting {app} processes to the default scale"
            : $"Scaling {app} processes: {string.Join(' ', counts)}");
        await runtime.ScaleAsync(app, after, words.Has("--skip-deploy"), call.Output, call.Cancel);
        return 0;
    }

    private static void CheckFlags(Arguments words, string[] counts)
    {
        var contradiction = (words.Has(Clear), words.Has(Replace)) switch
        {
            (true, true) => "The --clear and --replace flags cannot be specified together",
            (true, _) when counts.Length > 0 =>
                "Process types cannot be specified when using the --clear flag, use --replace to set the entire formation",
            (_, true) when counts.Length == 0 =>
                "Must specify at least one process type when using the --replace flag, use --clear to reset the formation",
            _ => null,
        };
        if (contradiction is not null)
        {
            throw ProcessStateProblems.FlagsContradict(contradiction).AsException();
        }
    }

    /// <summary>Reads <c>web=2</c> words; of a type that comes twice the first counts.</summary>
    internal static ImmutableSortedDictionary<ProcessType, int> Counts(IEnumerable<string> words)
    {
        var counts = ImmutableSortedDictionary.CreateBuilder<ProcessType, int>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw ProcessStateProblems.MissingCount(word).AsException();
            }

            var name = word[..equals].Trim();
            if (!FormationLine.TryParse($"{name}={word[(equals + 1)..].Trim()}", out var type, out var count))
            {
                throw ProcessType.TryParse(name, out _)
                    ? ProcessStateProblems.InvalidCount(name).AsException()
                    : ProcessProblems.InvalidType(name).AsException();
            }

            counts.TryAdd(type, count);
        }

        return counts.ToImmutable();
    }

    private ImmutableSortedDictionary<ProcessType, int> After(
        AppName app, bool replace, ImmutableSortedDictionary<ProcessType, int> counts)
    {
        var known = runtime.TypesOf(app);
        // Before the first deploy nobody knows what the Procfile will name.
        var unknown = runtime.IsDeployed(app) ? counts.FirstOrDefault(pair => pair.Value > 0 && !known.Contains(pair.Key)).Key : null;
        if (unknown is not null)
        {
            throw ProcessStateProblems.UnknownType(app, unknown, known).AsException();
        }

        var before = replace ? known.ToImmutableSortedDictionary(type => type, _ => 0) : runtime.FormationOf(app);
        return before.SetItems(counts);
    }

    private void Show(CommandCall call, AppName app, bool json)
    {
        var formation = runtime.FormationOf(app);
        if (json)
        {
            call.Output.Line(AsJson(formation));
            return;
        }

        if (!call.Caller.Quiet)
        {
            call.Output.Step($"Scaling for {app}");
            call.Output.Line("proctype: qty");
            call.Output.Line("--------: ---");
        }

        foreach (var (type, count) in formation)
        {
            call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{type + ":",-5} {count}"));
        }
    }

    private static string AsJson(ImmutableSortedDictionary<ProcessType, int> formation)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var (type, count) in formation)
            {
                writer.WriteStartObject();
                writer.WriteString("process_type", type.Text);
                writer.WriteNumber("quantity", count);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
