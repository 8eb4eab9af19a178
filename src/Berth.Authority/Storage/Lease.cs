namespace Berth.Authority.Storage;

/// <summary>Who works on something, and until when nobody else takes it over.</summary>
/// <param name="Node">Made anew at each start of the program.</param>
/// <param name="Until">By the clock of the node; nodes' clocks should agree to a few seconds.</param>
internal sealed record Lease(string Node, DateTimeOffset Until);
