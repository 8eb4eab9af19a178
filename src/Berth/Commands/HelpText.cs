using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Prints help in the contract's shape.</summary>
internal static class HelpText
{
    private const string Indent = "    ";
    private const int Widest = 120;

    public static void ForFeature(CommandOutput output, IFeature feature, string program)
    {
        output.Line($"Usage: {program} {feature.Name}[:COMMAND]");
        output.Line();
        output.Line(feature.Description);
        output.Line();
        output.Line("Additional commands:");
        Table(output, Rows(feature.Commands));
    }

    /// <summary>All features, or with <paramref name="everything"/> all commands, and what plugins add. <c>--quiet</c> leaves only the rows.</summary>
    public static async Task ForAllAsync(CommandOutput output, CommandTable table, string program, bool everything, PluginLines plugins)
    {
        Say(output, $"Usage: {program} [--quiet|--trace|--force|--app <app>] COMMAND <app> [command-specific-options]\n");
        Say(output, $"Primary help options, type \"{program} COMMAND:help\" for more details, or {program} help --all to see all commands.\n");
        Say(output, "Commands:\n");
        Table(output, everything ? Rows(table.All) : [.. table.Shown.Select(feature => (feature.Name, feature.Description))]);
        var others = (await plugins(everything)).Select(Split).ToArray();
        if (others.Length > 0 || everything)
        {
            Say(output, "\nCommunity plugin commands:\n");
            Table(output, others);
        }
    }

    private static void Say(CommandOutput output, string text)
    {
        if (!output.Caller.Quiet)
        {
            output.Line(text);
        }
    }

    private static (string Usage, string Summary)[] Rows(IEnumerable<Command> commands) =>
    [
        .. commands.Where(command => !command.Hidden)
            .OrderBy(command => command.Name, StringComparer.Ordinal)
            .Select(command => ($"{command.Name} {command.Synopsis}".TrimEnd(), command.Summary)),
    ];

    private static (string Usage, string Summary) Split(string line)
    {
        var comma = line.IndexOf(',', StringComparison.Ordinal);
        return comma < 0 ? (line, "") : (line[..comma].TrimEnd(), line[(comma + 1)..].Trim());
    }

    private static void Table(CommandOutput output, (string Usage, string Summary)[] rows)
    {
        var width = rows.Select(row => row.Usage.Length).Where(length => length <= Widest).DefaultIfEmpty(Widest / 2).Max();
        foreach (var (usage, summary) in rows)
        {
            // One with many options has its summary below it, and does not push all others' away.
            var line = usage.Length <= width ? usage.PadRight(width) : $"{usage}\n{Indent}{new string(' ', width)}";
            output.Line($"{Indent}{line}  {summary}".TrimEnd());
        }
    }
}
