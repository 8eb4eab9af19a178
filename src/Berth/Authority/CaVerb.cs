namespace Berth.Authority;

/// <summary>One command of <c>berth ca</c>.</summary>
/// <param name="Name">Behind <c>berth ca</c>: one word, or two.</param>
/// <param name="Synopsis">Its options and words.</param>
/// <param name="Summary">One sentence for help, without a full stop.</param>
/// <param name="Help">Further lines of help.</param>
/// <param name="Run">The body.</param>
internal sealed record CaVerb(string Name, string Synopsis, string Summary, string Help, Func<CaCall, Task<int>> Run);
