using System.Collections.Frozen;
using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Every built-in command, by name.</summary>
internal sealed class CommandTable
{
    private readonly FrozenDictionary<string, Command> _commands;

    public CommandTable(IReadOnlyList<IFeature> features)
    {
        Features = [.. features.OrderBy(feature => feature.Name, StringComparer.Ordinal)];
        Shown = [.. Features.Where(feature => feature.Commands.Any(command => !command.Hidden))];
        _commands = features.SelectMany(feature => feature.Commands).ToFrozenDictionary(command => command.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<IFeature> Features { get; }

    /// <summary>Those that people use, and help shows.</summary>
    public IReadOnlyList<IFeature> Shown { get; }

    public IEnumerable<Command> All => _commands.Values;

    /// <summary>What shells ask and people do not: in no help, suggested to nobody.</summary>
    public Command? Hidden { get; set; }

    public Command? Find(string name) => Hidden?.Name == name ? Hidden : _commands.GetValueOrDefault(name);

    /// <returns>The feature of that name.</returns>
    public IFeature? FindFeature(string name) => Shown.FirstOrDefault(feature => feature.Name == name);

    /// <returns>What was probably meant, or null.</returns>
    public string? Nearest(string name) => Platform.CommandLine.Nearest.Of(
        name, _commands.Values.Where(command => !command.Hidden).Select(command => command.Name).Concat(Shown.Select(feature => feature.Name)));
}
