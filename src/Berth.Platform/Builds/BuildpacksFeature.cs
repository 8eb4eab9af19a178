using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Builds;

/// <summary>The <c>buildpacks:*</c> commands: a list kept for each app. Nothing is built with buildpacks here; Dokku, and builds in containers, read it.</summary>
public sealed class BuildpacksFeature(PropertyStore properties, AppCatalog apps) : IFeature
{
    private const string Feature = "buildpacks";
    private const string Key = "buildpacks";
    private const string Index = "--index";

    private static readonly Report Report = new("buildpacks-", "buildpacks information");

    private readonly SettingTable _table = new(Feature, properties, new Setting("stack", "gliderlabs/herokuish:latest-24"));

    public string Name => Feature;

    public string Description => "Manage buildpacks settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("buildpacks:add", "[--index 1] <app> <buildpack>", "Add new app buildpack while inserting into list of buildpacks if necessary", AddAsync),
        new("buildpacks:clear", "<app>", "Clear all buildpacks set on the app", ClearAsync),
        new("buildpacks:list", "<app>", "List all buildpacks for an app", ListAsync),
        new("buildpacks:remove", "[--index 1] <app> [<buildpack>]", "Remove a buildpack set on the app", RemoveAsync),
        new("buildpacks:report", "[<app>|--global] [--format json] [<flag>]", "Display a buildpack report for one or more apps", ReportAsync),
        new("buildpacks:set", "[--index 1] <app> <buildpack>", "Set new app buildpack at a given position, the first if none is given", SetAsync),
        new("buildpacks:set-property", "[--global|<app>] <key> [<value>]", "Set or clear a buildpacks property for an app", SetPropertyAsync),
    ];

    private Task<int> AddAsync(CommandCall call)
    {
        var words = call.Parse([], [Index]);
        var app = apps.Find(words.At(0));
        var pack = BuildpackUrl.Parse(words.At(1));
        var packs = Read(app);
        var place = IndexIn(words);
        packs.Insert(place is 0 || place > packs.Count ? packs.Count : place - 1, pack);
        return Write(app, packs);
    }

    private Task<int> SetAsync(CommandCall call)
    {
        var words = call.Parse([], [Index]);
        var app = apps.Find(words.At(0));
        var pack = BuildpackUrl.Parse(words.At(1));
        var packs = Read(app);
        var place = Math.Max(1, IndexIn(words));
        if (place > packs.Count)
        {
            packs.Add(pack);
        }
        else
        {
            packs[place - 1] = pack;
        }

        return Write(app, packs);
    }

    private Task<int> RemoveAsync(CommandCall call)
    {
        var words = call.Parse([], [Index]);
        var app = apps.Find(words.At(0));
        var (place, name) = (IndexIn(words), words.At(1));
        if (place != 0 && name is not null)
        {
            throw BuildProblems.BadBuildpack("Please choose either index or Buildpack, but not both").AsException();
        }

        if (place == 0 && name is null)
        {
            throw BuildProblems.BadBuildpack("Must specify a buildpack to remove, either by index or URL").AsException();
        }

        var pack = name is null ? null : BuildpackUrl.Parse(name);
        var packs = Read(app);
        if (packs.Count == 0)
        {
            throw BuildProblems.NoBuildpack(app, $"No buildpacks were found, next release on {app} will detect buildpack normally").AsException();
        }

        var at = pack is null ? place - 1 : packs.IndexOf(pack);
        if (at < 0 || at >= packs.Count)
        {
            throw BuildProblems.NoBuildpack(app, pack is null ? "Index not found" : "Value not found").AsException();
        }

        if (!call.Caller.Quiet)
        {
            call.Output.Step($"Removing {packs[at]}");
        }

        packs.RemoveAt(at);
        return Write(app, packs);
    }

    private Task<int> ClearAsync(CommandCall call) => Write(apps.Find(call.Parse().At(0)), []);

    private Task<int> ListAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (!call.Caller.Quiet)
        {
            call.Output.Step($"{app} buildpack urls");
        }

        foreach (var pack in Read(app))
        {
            call.Output.Detail(Printable.Of(pack, 2000));
        }

        return Task.FromResult(0);
    }

    private Task<int> SetPropertyAsync(CommandCall call)
    {
        _table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => _table.ReportAsync(call, apps, Report, (values, app, _) =>
        values["buildpacks-list"] = Printable.Of(string.Join(',', Read(app)), 20_000));

    /// <returns>From 1; 0 when none is given.</returns>
    private static int IndexIn(Arguments words) => words.Value(Index) switch
    {
        null => 0,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) => index,
        var text => throw BuildProblems.BadBuildpack($"Invalid index specified: {Printable.Of(text, 60)}").AsException(),
    };

    private List<string> Read(AppName app) =>
        [.. (properties.Get(Feature, app.Text, Key) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private Task<int> Write(AppName app, List<string> packs)
    {
        properties.Set(Feature, app.Text, Key, string.Concat(packs.Select(pack => pack + "\n")));
        return Task.FromResult(0);
    }
}
