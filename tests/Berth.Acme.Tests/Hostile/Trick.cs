using Berth.Kernel;

namespace Berth.Acme.Tests.Hostile;

/// <summary>One way in which an authority misbehaves, and what must come of it.</summary>
/// <param name="Code">The problem it ends in.</param>
/// <param name="KeepsOrder">True when the order is gone on with by the next run.</param>
/// <param name="Play">Scripts it.</param>
internal sealed record Trick(ProblemCode Code, bool KeepsOrder, Action<ScriptedAuthority> Play)
{
    /// <summary>How patient the client is with it; the usual patience would only make the test longer.</summary>
    internal Func<AcmeClientOptions, AcmeClientOptions> Patience { get; init; } = options => options;
}
