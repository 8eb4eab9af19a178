namespace Berth.Commands;

/// <summary>What other people's plugins add to <c>help</c>: lines <c>name arguments, description</c>, asked of them only when help is printed.</summary>
/// <param name="everything">Every command rather than a line for each plugin.</param>
internal delegate Task<IReadOnlyList<string>> PluginLines(bool everything);
