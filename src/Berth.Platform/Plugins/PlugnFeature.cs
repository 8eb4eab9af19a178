using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>What plugins call as <c>plugn</c>: firing triggers above all, and the list.</summary>
/// <param name="catalog">The plugins.</param>
/// <param name="installer">Switches them.</param>
/// <param name="listing">Shows them.</param>
/// <param name="triggers">Fires.</param>
/// <param name="runBuiltIn">Runs a built-in command for the same caller: what Dokku's own handler of a trigger does.</param>
public sealed class PlugnFeature(
    PluginCatalog catalog,
    PluginInstaller installer,
    PluginListing listing,
    PluginTriggers triggers,
    Func<IReadOnlyList<string>, CommandCall, Task<int>> runBuiltIn) : IFeature
{
    private const string Usage = "Usage: plugn version | list | trigger <trigger> [<args...>] | enable <name> | disable <name> | source";

    public string Name => "plugn";

    public string Description => "Manage plugins as the plugn program does";

    public IEnumerable<Command> Commands => [new("plugn", "<command>", "Answer as the plugn program does", RunAsync) { Hidden = true }];

    private Task<int> RunAsync(CommandCall call) => call.Words switch
    {
        ["trigger" or "enable" or "disable", ..] when !call.Caller.IsRoot && !call.Caller.WithinPlugin => throw CommandLineProblems.NeedsRoot().AsException(),
        ["version"] => Print(call, PluginListing.Header),
        ["list"] => Print(call, [.. listing.Lines]),
        ["trigger", var trigger, ..] => TriggerAsync(call, trigger, [.. call.Words.Skip(2)]),
        ["enable", var name] => Change(call, name, installer.Enable),
        ["disable", var name] => Change(call, name, installer.Disable),
        ["source"] => Print(call, [.. catalog.Enabled.Select(name => $"{catalog.Folders.Enabled}/{name}/{name}.sh").Where(File.Exists).Select(file => $"source {file}")]),
        ["init"] => Task.FromResult(0),
        _ => throw CommandLineProblems.Missing(Usage, "Berth answers what plugins ask of plugn; people use `berth plugin:help`.").AsException(),
    };

    private async Task<int> TriggerAsync(CommandCall call, string trigger, string[] arguments)
    {
        if (CoreTriggers.CommandFor(trigger) is { } command && await runBuiltIn([.. command, .. arguments], call) is not 0 and var status)
        {
            return status;
        }

        if (CoreTriggers.IsFiredByCommand(trigger))
        {
            return 0;
        }

        await triggers.FireAsync(trigger, arguments, new SharedInput(call.OpenInput), asRoot: call.Caller.IsRoot, call.Output, call.Cancel);
        return 0;
    }

    private static Task<int> Change(CommandCall call, string name, Action<PluginName> change)
    {
        if (!call.Caller.IsRoot)
        {
            throw CommandLineProblems.NeedsRoot().AsException();
        }

        change(PluginName.Parse(name));
        return Task.FromResult(0);
    }

    private static Task<int> Print(CommandCall call, params string[] lines)
    {
        foreach (var line in lines)
        {
            call.Output.Line(line);
        }

        return Task.FromResult(0);
    }
}
