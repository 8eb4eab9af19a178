using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Platform.Networks;

/// <summary>The <c>network:*</c> commands.</summary>
public sealed class NetworkFeature(NetworkStore networks, NetworkSettings settings, IScheduler scheduler, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("network-", "network information") { KeepsPrefixToo = true };

    public string Name => "network";

    public string Description => "Manage network settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("network:create", "<network>", "Creates an attachable docker network", CreateAsync),
        new("network:destroy", "[--force] <network>", "Destroys a docker network", DestroyAsync),
        new("network:exists", "<network>", "Checks if a docker network exists", ExistsAsync),
        new("network:info", "<network> [--format text|json]", "Outputs information about a docker network", InfoAsync),
        new("network:list", "[--format text|json] [--dokku-managed]", "Lists all docker networks", ListAsync),
        new("network:rebuild", "<app>", "Rebuilds network settings for an app", RebuildAsync),
        new("network:rebuildall", "", "Rebuild network settings for all apps", RebuildAllAsync),
        new("network:report", "[<app>|--global] [--format json] [<flag>]", "Displays a network report for one or more apps", ReportAsync),
        new("network:set", "<app>|--global <property> (<value>...)", "Set or clear a network property for an app", SetAsync) { Keys = settings.Table.Keys },
    ];

    private async Task<int> CreateAsync(CommandCall call)
    {
        var name = Named(call.Parse());
        call.Output.QuietStep($"Creating network {Printable.Of(name)}");
        await networks.CreateAsync(name, call.Cancel);
        return 0;
    }

    private async Task<int> DestroyAsync(CommandCall call)
    {
        var words = call.Parse(["--force"]);
        var name = Named(words);
        var network = networks.Find(name) ?? throw NetworkProblems.NotThere().AsException();
        if (!network.IsOwn)
        {
            throw NetworkProblems.CannotDestroy(name).AsException();
        }

        if (settings.UsersOf(name, apps) is { Count: > 0 } users)
        {
            throw NetworkProblems.StillUsed(name, users).AsException();
        }

        if (!words.Has("--force"))
        {
            await Confirmation.AskAsync(call, "network", name, () => NetworkProblems.Unconfirmed(name));
        }

        call.Output.QuietStep($"Destroying network {name}");
        await networks.DestroyAsync(network, call.Cancel);
        return 0;
    }

    private Task<int> ExistsAsync(CommandCall call)
    {
        _ = networks.Find(Named(call.Parse())) ?? throw NetworkProblems.NotThere().AsException();
        call.Output.QuietStep("Network exists");
        return Task.FromResult(0);
    }

    private Task<int> InfoAsync(CommandCall call)
    {
        var words = call.Parse(valued: ["--format"]);
        var name = Named(words);
        var json = IsJson(words);
        var network = networks.Find(name) ?? throw NetworkProblems.NotThere().AsException();
        if (json)
        {
            call.Output.Line(PlainJson.Write(writer => Write(writer, network)));
            return Task.FromResult(0);
        }

        call.Output.Headline($"{name} network information");
        call.Output.Detail($"ID:       {network.Id[..12]}");
        call.Output.Detail($"Name:     {network.Name}");
        call.Output.Detail($"Driver:   {network.Driver}");
        call.Output.Detail("Scope:    local");
        return Task.FromResult(0);
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var words = call.Parse(["--dokku-managed"], ["--format"]);
        Network[] found = [.. networks.List().Where(network => network.IsOwn || !words.Has("--dokku-managed"))];
        if (IsJson(words))
        {
            call.Output.Line(PlainJson.Write(writer => Write(writer, found)));
            return Task.FromResult(0);
        }

        call.Output.Headline("Networks");
        foreach (var network in found)
        {
            call.Output.Line(network.Name);
        }

        return Task.FromResult(0);
    }

    /// <summary>Addresses are taken anew with every start of a process: there is nothing that could be out of step.</summary>
    private Task<int> RebuildAsync(CommandCall call)
    {
        apps.Find(call.Parse().At(0));
        return Task.FromResult(0);
    }

    private Task<int> RebuildAllAsync(CommandCall call)
    {
        if (apps.List().Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
        }

        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => Report.PrintAsync(
        call,
        apps,
        app =>
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            settings.Table.AddTo(values, app);
            values["network-web-listeners"] = string.Join(' ', scheduler.TargetsOf(app).Targets.Select(target => target.Address));
            return values;
        },
        () =>
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            settings.Table.AddGlobalTo(values);
            foreach (var key in new[] { NetworkSettings.PostCreate, NetworkSettings.PostDeploy, NetworkSettings.Initial, "tld" })
            {
                values[$"network-computed-{key}"] = settings.Table.ForAll(key) ?? "";
            }

            values[$"network-computed-{NetworkSettings.AllInterfaces}"] = settings.Table.ForAll(NetworkSettings.AllInterfaces) ?? "false";
            return values;
        });

    /// <summary>Networks to attach to are several words, kept with commas between them.</summary>
    private Task<int> SetAsync(CommandCall call)
    {
        string[] words = [.. call.Words.Where(word => word != "--global")];
        var first = words.Length == call.Words.Count ? 1 : 0;
        if (words.Length > first && words[first] is NetworkSettings.PostCreate or NetworkSettings.PostDeploy)
        {
            var app = first == 1 ? apps.Find(words[0]) : null;
            string[] names = [.. words.Skip(first + 1).SelectMany(word => word.Split(',')).Where(name => name.Length > 0)];
            CheckAttached(app, words[first], names);
            call = With(call, [app?.Text ?? "--global", words[first], string.Join(',', names)]);
        }

        settings.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private void CheckAttached(AppName? app, string key, string[] names)
    {
        var other = key == NetworkSettings.PostCreate ? NetworkSettings.PostDeploy : NetworkSettings.PostCreate;
        var taken = (app is null ? settings.Table.ForAll(other) ?? "" : settings.Table.Effective(app, other)).Split(',');
        foreach (var name in names)
        {
            if (name is "host" or "bridge" || !NetworkStore.IsValid(name))
            {
                throw NetworkProblems.CannotAttach(name).AsException();
            }

            if (taken.Contains(name))
            {
                throw NetworkProblems.AttachedAlready(name).AsException();
            }
        }
    }

    private static CommandCall With(CommandCall call, IReadOnlyList<string> words) => new()
    {
        Words = words,
        Caller = call.Caller,
        Output = call.Output,
        OpenInput = call.OpenInput,
        Cancel = call.Cancel,
    };

    private static string Named(Arguments words) =>
        words.At(0) is { Length: > 0 } name ? name : throw NetworkProblems.NoName().AsException();

    private static bool IsJson(Arguments words) => words.Value("--format") switch
    {
        null or "text" => false,
        "json" => true,
        _ => throw CommandLineProblems.Missing("Invalid format specified, use either text or json", "Write --format json, or leave it out.").AsException(),
    };

    private static void Write(Utf8JsonWriter writer, IEnumerable<Network> found)
    {
        writer.WriteStartArray();
        foreach (var network in found)
        {
            Write(writer, network);
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Network network)
    {
        writer.WriteStartObject();
        writer.WriteString(nameof(network.CreatedAt), network.CreatedAt.UtcDateTime);
        writer.WriteString(nameof(network.Driver), network.Driver);
        writer.WriteString("ID", network.Id[..12]);
        writer.WriteBoolean("Internal", false);
        writer.WriteBoolean("IPv6", false);
        writer.WriteStartObject("Labels");
        if (network.IsOwn)
        {
            writer.WriteString("com.dokku.network-name", network.Name);
        }

        writer.WriteEndObject();
        writer.WriteString(nameof(network.Name), network.Name);
        writer.WriteString("Scope", "local");
        writer.WriteEndObject();
    }
}
