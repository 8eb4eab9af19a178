using System.Collections.Frozen;
using Berth.Platform.CommandLine;

namespace Berth.Commands;

/// <summary>Every command there is, by name. A bare feature name, <c>--help</c> and <c>:help</c> mean its help.</summary>
internal sealed class CommandTable
{
    private readonly FrozenDictionary<string, Command> _commands;

    public CommandTable(IReadOnlyList<IFeature> features)
    {
        Features = [.. features.OrderBy(feature => feature.Name, StringComparer.Ordinal)];
        _commands = features.SelectMany(feature => feature.Commands).ToFrozenDictionary(command => command.Name, StringComparer.Ordinal);
    }

    public IReadOnlyList<IFeature> Features { get; }

    public IEnumerable<Command> All => _commands.Values;

    /// <summary>What shells ask and people do not: in no help, suggested to nobody.</summary>
    public Command? Hidden { get; set; }

    public Command? Find(string name) => Hidden?.Name == name ? Hidden : _commands.GetValueOrDefault(name);

    /// <returns>The feature that <c>x</c>, <c>x:help</c> or <c>x:default</c> asks help of.</returns>
    public IFeature? FindFeature(string name)
    {
        var word = name.EndsWith(":help", StringComparison.Ordinal) ? name[..^5] : name;
        return Features.FirstOrDefault(feature => feature.Name == word);
    }

    /// <returns>What was probably meant, or null.</returns>
    public string? Nearest(string name) =>
        Platform.CommandLine.Nearest.Of(name, _commands.Keys.Concat(Features.Select(feature => feature.Name)));
}
