using System.Globalization;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Plugins;

/// <summary>Settings of other people's plugins, as <c>common/property-functions</c> reads and writes them. Called by plugins only.</summary>
public sealed class PropertyFeature(PropertyStore properties, IStateStore store) : IFeature
{
    public string Name => "common";

    public string Description => "What plugins' files ask for";

    public IEnumerable<Command> Commands =>
        [new("common:property", "<verb> <plugin> <app|--global> [<key> [<value>]]", "Read or write a plugin's setting", RunAsync) { Hidden = true }];

    private async Task<int> RunAsync(CommandCall call)
    {
        if (!call.Caller.IsRoot && !call.Caller.WithinPlugin)
        {
            throw CommandLineProblems.NeedsRoot().AsException();
        }

        var words = call.Words;
        if (words is not [var verb, var plugin, ..] || !PluginName.TryParse(plugin, out _))
        {
            throw Invalid("Name what to do and a plugin");
        }

        if (verb == "setup")
        {
            PrivateFolder.Ensure(store.FileOf(StatePath.Lib("config", plugin)), PrivateFolder.GroupRead);
            return 0;
        }

        var scope = words.Count > 2 && IsScope(words[2]) ? words[2] : throw Invalid("Name an app or --global");
        using var held = await store.LockAsync($"{plugin}.properties", call.Cancel);
        return words.Count > 3
            ? OnKey(call, verb, plugin, scope, words[3])
            : OnAll(call, verb, plugin, scope);
    }

    private int OnAll(CommandCall call, string verb, string plugin, string scope)
    {
        switch (verb)
        {
            case "get-all":
                foreach (var key in properties.Keys(plugin, scope))
                {
                    call.Output.Line($"{key} {properties.Get(plugin, scope, key)}");
                }

                return 0;
            case "destroy":
                store.Delete(StatePath.Lib("config", plugin, scope));
                return 0;
            default:
                throw Invalid("Name a key");
        }
    }

    private int OnKey(CommandCall call, string verb, string plugin, string scope, string key)
    {
        if (verb == "clone")
        {
            return Clone(plugin, scope, key);
        }

        if (!IsKey(key))
        {
            throw Invalid("A key is letters, digits and dashes");
        }

        var value = call.Words.Count > 4 ? call.Words[4] : "";
        var now = properties.Get(plugin, scope, key);
        return verb switch
        {
            "get" => Print(call, now ?? ""),
            "get-with-default" => Print(call, now ?? value),
            "exists" => now is null ? 1 : 0,
            "set" => Write(value),
            "del" => Write(""),
            _ => OnList(call, verb, PropertyList.Parse(now), value, list => Write(PropertyList.Format(list))),
        };

        int Write(string text)
        {
            properties.Set(plugin, scope, key, text);
            return 0;
        }
    }

    private static int OnList(CommandCall call, string verb, IReadOnlyList<string> list, string value, Func<IEnumerable<string>, int> write)
    {
        switch (verb)
        {
            case "lrange":
                return Print(call, string.Join('\n', list));
            case "llen":
                return Print(call, list.Count.ToString(CultureInfo.InvariantCulture));
            case "lindex":
                return Number(value) is var index && index < list.Count ? Print(call, list[index]) : 1;
            case "lismember":
                return list.Contains(value) ? 0 : 1;
            case "lrem":
                return write(list.Where(entry => entry != value));
            case "lrem-by-prefix":
                return write(list.Where(entry => !entry.StartsWith(value, StringComparison.Ordinal)));
            case "lwrite":
                return write(call.Words.Skip(4).Select(OneLine));
            case "rpush":
                return write(PropertyList.Add(list, OneLine(value), Number(call.Words.ElementAtOrDefault(5))));
            case "lset":
                return write(PropertyList.Set(list, OneLine(value), Number(call.Words.ElementAtOrDefault(5))));
            default:
                throw Invalid($"There is no '{Printable.Of(verb)}'");
        }
    }

    private int Clone(string plugin, string from, string to)
    {
        if (!IsScope(to))
        {
            throw Invalid("Name the app to copy to");
        }

        foreach (var key in properties.Keys(plugin, from))
        {
            properties.Set(plugin, to, key, properties.Get(plugin, from, key) ?? "");
        }

        return 0;
    }

    private static int Print(CommandCall call, string text)
    {
        if (text.Length > 0)
        {
            call.Output.Line(text);
        }

        return 0;
    }

    private static bool IsScope(string word) => word == PropertyStore.Global || AppName.TryParse(word, out _);

    private static bool IsKey(string word) => PluginName.TryParse(word, out _);

    private static int Number(string? text) => string.IsNullOrEmpty(text) ? 0
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Invalid($"'{Printable.Of(text)}' is no position");

    private static string OneLine(string value) => value.Contains('\n', StringComparison.Ordinal) ? throw Invalid("An entry of a list is one line") : value;

    private static ProblemException Invalid(string found) => CommandLineProblems.Missing(
        found, "Plugins write: common:property <verb> <plugin> <app|--global> <key> <value>, through common/property-functions.").AsException();
}
