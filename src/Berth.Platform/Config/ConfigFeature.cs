using System.Collections.Immutable;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Config;

/// <summary>The <c>config:*</c> commands.</summary>
public sealed class ConfigFeature(ConfigStore config, AppCatalog apps, IAppRestarter restarter) : IFeature
{
    public string Name => "config";

    public string Description => "Manage global and app-specific config vars";

    public IEnumerable<Command> Commands =>
    [
        new("config:show", "[--merged] (<app>|--global)", "Display the app's or the global config vars", ShowAsync),
        new("config:get", "[--quoted] (<app>|--global) KEY", "Display a config var's value", GetAsync),
        new("config:set", "[--encoded] [--no-restart] (<app>|--global) KEY1=VALUE1 [KEY2=VALUE2 ...]", "Set one or more config vars", SetAsync),
        new("config:unset", "[--no-restart] (<app>|--global) KEY1 [KEY2 ...]", "Unset one or more config vars", UnsetAsync),
        new("config:export", "[--merged] [--format FORMAT] (<app>|--global)", "Export config vars in a format programs read", ExportAsync),
        new("config:keys", "[--merged] (<app>|--global)", "Show the names of the config vars", KeysAsync),
        new("config:clear", "[--no-restart] (<app>|--global)", "Unset all config vars", ClearAsync),
    ];

    private Task<int> ShowAsync(CommandCall call)
    {
        var words = call.Parse(["--merged", "--global", "--shell", "--export"]);
        var scope = ScopeOf(words);
        var values = Values(scope, words.Has("--merged"));
        if (words.Has("--shell"))
        {
            call.Output.Raw(ExportFormat.Write("shell", values));
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
        var scope = ScopeOf(words);
        var key = scope.Rest is [var only]
            ? only
            : throw CommandLineProblems.Missing(
                scope.Rest.Count == 0 ? "Expected: key" : $"Unexpected argument(s): [{Printable.Of(string.Join(' ', scope.Rest.Skip(1)))}]",
                "Name one key: `berth config:keys` and the app's name show them.").AsException();
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
        var pairs = Pairs(scope.Rest, words.Has("--encoded"));
        await config.ChangeAsync(scope.App, before => before.SetItems(pairs), call.Cancel);
        call.Output.Step("Setting config vars");
        foreach (var line in ExportFormat.Pretty(pairs).Split('\n'))
        {
            call.Output.Detail(line);
        }

        return await RestartAsync(call, scope, words);
    }

    private async Task<int> UnsetAsync(CommandCall call)
    {
        var words = call.Parse(["--no-restart", "--global"]);
        var scope = ScopeOf(words);
        if (scope.Rest.Count == 0)
        {
            throw CommandLineProblems.Missing("At least one key must be given", "Name the keys to unset: `berth config:keys` and the app's name show them.").AsException();
        }

        foreach (var key in scope.Rest)
        {
            call.Output.Step($"Unsetting {ConfigKey.Parse(key)}");
        }

        await config.ChangeAsync(scope.App, before => before.RemoveRange(scope.Rest), call.Cancel);
        return await RestartAsync(call, scope, words);
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var words = call.Parse(["--no-restart", "--global"]);
        var scope = ScopeOf(words);
        await config.ChangeAsync(scope.App, before => before.Clear(), call.Cancel);
        call.Output.Step("Unsetting all config vars");
        return await RestartAsync(call, scope, words);
    }

    private Task<int> ExportAsync(CommandCall call)
    {
        var words = call.Parse(["--merged", "--global"], ["--format"]);
        var scope = ScopeOf(words);
        call.Output.Raw(ExportFormat.Write(words.Value("--format") ?? "exports", Values(scope, words.Has("--merged"))));
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

    private Scope ScopeOf(Arguments words) => words.Has("--global")
        ? new Scope(null, words.Positional)
        : words.At(0) is { } name
            ? new Scope(apps.Find(name), [.. words.Positional.Skip(1)])
            : throw ConfigProblems.NoScope().AsException();

    private ImmutableSortedDictionary<string, string> Values(Scope scope, bool merged) =>
        merged && scope.App is { } app ? config.ReadMerged(app) : config.Read(scope.App);

    private static ImmutableSortedDictionary<string, string> Pairs(IReadOnlyList<string> words, bool encoded)
    {
        if (words.Count == 0)
        {
            throw CommandLineProblems.Missing("At least one env pair must be given", "Write KEY=VALUE.").AsException();
        }

        var pairs = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < words.Count; i++)
        {
            var equals = words[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw ConfigProblems.InvalidPair(i + 1).AsException();
            }

            var key = ConfigKey.Parse(words[i][..equals]);
            pairs[key] = encoded ? Decoded(key, words[i][(equals + 1)..]) : words[i][(equals + 1)..];
        }

        return pairs.ToImmutable();
    }

    private static string Decoded(string key, string value)
    {
        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw ConfigProblems.NotBase64(key).AsException();
    }

    private async Task<int> RestartAsync(CommandCall call, Scope scope, Arguments words)
    {
        if (scope.App is { } app && !words.Has("--no-restart"))
        {
            await restarter.RestartIfRunningAsync(app, call.Output, call.Cancel);
        }

        return 0;
    }

    private sealed record Scope(AppName? App, IReadOnlyList<string> Rest);
}
