using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Prints help in the contract's shape.</summary>
internal static class HelpText
{
    private const string Indent = "    ";

    public static void ForFeature(CommandOutput output, IFeature feature, string program)
    {
        output.Line($"Usage: {program} {feature.Name}[:COMMAND]");
        output.Line();
        output.Line(feature.Description);
        output.Line();
        output.Line("Additional commands:");
        Table(output, feature.Commands);
    }

    public static void ForAll(CommandOutput output, CommandTable table, string program, bool everything)
    {
        output.Line($"Usage: {program} [--quiet|--trace|--force|--app <app>] COMMAND <app> [command-specific-options]");
        output.Line();
        output.Line("Primary help options, type \"" + program + " COMMAND:help\" for more details, or " + program
            + " help --all to see all commands.");
        output.Line();
        output.Line("Commands:");
        output.Line();
        if (everything)
        {
            Table(output, table.All);
            return;
        }

        var width = table.Features.Max(feature => feature.Name.Length);
        foreach (var feature in table.Features)
        {
            output.Line($"{Indent}{feature.Name.PadRight(width)}  {feature.Description}");
        }
    }

    private static void Table(CommandOutput output, IEnumerable<Command> commands)
    {
        var rows = commands.OrderBy(command => command.Name, StringComparer.Ordinal)
            .Select(command => (Usage: $"{command.Name} {command.Synopsis}".TrimEnd(), command.Summary))
            .ToArray();
        var width = rows.Max(row => row.Usage.Length);
        foreach (var (usage, summary) in rows)
        {
            output.Line($"{Indent}{usage.PadRight(width)}  {summary}");
        }
    }
}
