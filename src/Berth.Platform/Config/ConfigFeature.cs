using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Platform.Config;

/// <summary>The <c>config:*</c> commands.</summary>
public sealed class ConfigFeature(ConfigStore config, AppCatalog apps, IAppRestarter restarter, ITriggers triggers) : IFeature
{
    private const string Restore = "DOKKU_APP_RESTORE";
    private const string Formats = "exports|envfile|docker-args|docker-args-keys|shell|pretty|json|json-list|pack-keys";

    public string Name => "config";

    public string Description => "Manage global and app-specific config vars";

    public IEnumerable<Command> Commands =>
    [
        new("config:bundle", "[--merged] (<app>|--global)", "Bundle the config vars into a tar file of one file each", BundleAsync),
        new("config:clear", "[--no-restart] (<app>|--global)", "Unset all config vars", ClearAsync),
        new("config:export", $"[--merged] [--format {Formats}] (<app>|--global)", "Export config vars in a format programs read", ExportAsync),
        new("config:get", "[--quoted] (<app>|--global) KEY", "Display a config var's value", GetAsync),
        new("config:import", "[--replace] [--no-restart] [--format envfile|json] (<app>|--global) <file>|-", "Set config vars from a file or standard input", ImportAsync),
        new("config:keys", "[--merged] (<app>|--global)", "Show the names of the config vars", KeysAsync),
        new("config:set", "[--encoded] [--no-restart] (<app>|--global) KEY1=VALUE1 [KEY2=VALUE2 ...]", "Set one or more config vars", SetAsync),
        new("config:show", "[--merged] (<app>|--global)", "Display the app's or the global config vars", ShowAsync),
        new("config:unset", "[--no-restart] (<app>|--global) KEY1 [KEY2 ...]", "Unset one or more config vars", UnsetAsync),
    ];

    private Task<int> ShowAsync(CommandCall call)
    {
        var words = call.Parse(["--merged", "--global", "--shell", "--export"]);
        var scope = ScopeOf(words);
        var values = Values(scope, words.Has("--merged"));
        if (words.Has("--shell"))
        {
            call.Output.Raw(ExportFormat.Write("shell", values).TrimEnd(' '));
        }
        else if (words.Has("--export"))
        {
            call.Output.Raw(ExportFormat.Write("exports", values));
        }
        else
        {
            call.Output.Headline($"{scope.App?.Text ?? "global"} env vars");
            call.Output.Line(ExportFormat.Pretty(values));
        }

        return Task.FromResult(0);
    }

    private Task<int> GetAsync(CommandCall call)
    {
        var words = call.Parse(["--quoted", "--global"]);
        if (IsSilentlyUnknown(call, words))
        {
            return Task.FromResult(1);
        }

        var scope = ScopeOf(words);
        var key = scope.Rest is [var only]
            ? only
            : throw CommandLineProblems.Missing(
                scope.Rest.Count == 0 ? "Expected: key" : $"Unexpected argument(s): [{Printable.Of(string.Join(' ', scope.Rest.Skip(1)))}]",
                "Name one key; `berth config:keys <app>` shows them.").AsException();
        if (config.Get(scope.App, key) is not { } value)
        {
            return Task.FromResult(1);
        }

        call.Output.Line(words.Has("--quoted") ? $"'{ExportFormat.SingleQuoted(value)}'" : value);
        return Task.FromResult(0);
    }

    private async Task<int> SetAsync(CommandCall call)
    {
        var words = call.Parse(["--encoded", "--no-restart", "--global"]);
        var scope = ScopeOf(words);
        var pairs = ConfigPairs.Of(scope.Rest, words.Has("--encoded"));
        return await ApplyAsync(call, scope, words, pairs, before => before.SetItems(pairs));
    }

    private async Task<int> ImportAsync(CommandCall call)
    {
        var words = call.Parse(["--replace", "--no-restart", "--global"], ["--format"]);
        var scope = ScopeOf(words);
        var format = words.Value("--format") ?? "envfile";
        if (scope.Rest is not ["-"])
        {
            throw ConfigProblems.NoSource(scope.Rest).AsException();
        }

        var pairs = await ConfigImport.ReadAsync(call.OpenInput(), format, call.Cancel);
        return await ApplyAsync(
            call, scope, words, pairs, before => words.Has("--replace") ? pairs : before.SetItems(pairs));
    }

    private async Task<int> ApplyAsync(
        CommandCall call,
        Scope scope,
        Arguments words,
        ImmutableSortedDictionary<string, string> pairs,
        Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change)
    {
        var changed = await config.ChangeAsync(scope.App, change, call.Cancel);
        call.Output.QuietStep("Setting config vars");
        foreach (var line in ExportFormat.Pretty(pairs).Split('\n'))
        {
            call.Output.QuietDetail(line);
        }

        await triggers.FireAsync("post-config-update", [scope.Word, "set", .. pairs.Keys], call.Output, call.Cancel);
        return await DoneAsync(call, scope, words, changed);
    }

    private async Task<int> UnsetAsync(CommandCall call)
    {
        var words = call.Parse(["--no-restart", "--global"]);
        var scope = ScopeOf(words);
        if (scope.Rest.Count == 0)
        {
            throw CommandLineProblems.Missing("At least one key must be given", "Name the keys to unset; `berth config:keys <app>` shows them.").AsException();
        }

        var keys = scope.Rest.Select(ConfigKey.Parse).ToArray();
        var changed = await config.ChangeAsync(scope.App, before => before.RemoveRange(keys), call.Cancel);
        foreach (var key in keys.Distinct())
        {
            call.Output.QuietStep(changed.Before.ContainsKey(key) ? $"Unsetting {key}" : $"Skipping {key}, it is not set in the environment");
        }

        return await GoneAsync(call, scope, words, changed, keys);
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var words = call.Parse(["--no-restart", "--global"]);
        var scope = ScopeOf(words);
        var changed = await config.ChangeAsync(scope.App, before => before.Clear(), call.Cancel);
        foreach (var key in changed.Before.Keys)
        {
            call.Output.QuietStep($"Unsetting {key}");
        }

        return await GoneAsync(call, scope, words, changed, [.. changed.Before.Keys]);
    }

    private async Task<int> GoneAsync(CommandCall call, Scope scope, Arguments words, ConfigChange changed, string[] keys)
    {
        if (changed.Before.Count != changed.After.Count)
        {
            await triggers.FireAsync("post-config-update", [scope.Word, "unset", .. keys], call.Output, call.Cancel);
        }

        return await DoneAsync(call, scope, words, changed);
    }

    private Task<int> ExportAsync(CommandCall call)
    {
        // --envfile is what --format envfile was once called.
        var words = call.Parse(["--merged", "--global", "--envfile"], ["--format"]);
        var scope = ScopeOf(words);
        var format = words.Has("--envfile") ? "envfile" : words.Value("--format") ?? "exports";
        call.Output.Raw(ExportFormat.Write(format, Values(scope, words.Has("--merged"))));
        return Task.FromResult(0);
    }

    private Task<int> BundleAsync(CommandCall call)
    {
        var words = call.Parse(["--merged", "--global"]);
        call.Output.Bytes(OutputChannel.Standard, ConfigBundle.Of(Values(ScopeOf(words), words.Has("--merged"))));
        return Task.FromResult(0);
    }

    private Task<int> KeysAsync(CommandCall call)
    {
        var words = call.Parse(["--merged", "--global"]);
        foreach (var key in Values(ScopeOf(words), words.Has("--merged")).Keys)
        {
            call.Output.Line(key);
        }

        return Task.FromResult(0);
    }

    // Scripts ask for a value to see whether there is one: no app has none. A person is told of the typing mistake.
    private bool IsSilentlyUnknown(CommandCall call, Arguments words) =>
        !call.Caller.ErrorIsTerminal && !words.Has("--global") && words is { Positional: [{ Length: > 0 } name, _] }
        && !(AppName.TryParse(name, out var app) && apps.Exists(app));

    private Scope ScopeOf(Arguments words) => words.Has("--global")
        ? new Scope(null, words.Positional)
        : words.At(0) is { Length: > 0 } name
            ? new Scope(apps.Find(name), [.. words.Positional.Skip(1)])
            : throw ConfigProblems.NoScope().AsException();

    private ImmutableSortedDictionary<string, string> Values(Scope scope, bool merged) =>
        merged && scope.App is { } app ? config.ReadMerged(app) : config.Read(scope.App);

    private async Task<int> DoneAsync(CommandCall call, Scope scope, Arguments words, ConfigChange changed)
    {
        if (changed.SetAside.Count > 0)
        {
            call.Output.Warn($"Not importing already-migrated ENV file: the current config takes precedence for {string.Join(' ', changed.SetAside)}");
            call.Output.Warn($"It was put aside as {config.AsidePath(scope.App)}; set what is still needed with {call.Caller.Program} config:set");
        }

        if (scope.App is { } app && !words.Has("--no-restart") && changed.After.GetValueOrDefault(Restore) != "0")
        {
            await restarter.RestartIfRunningAsync(app, call.Output, call.Cancel);
        }

        return 0;
    }

    private sealed record Scope(AppName? App, IReadOnlyList<string> Rest)
    {
        public string Word => App?.Text ?? "--global";
    }
}
