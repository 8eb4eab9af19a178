using Berth.Acme.Challenges;

namespace Berth.Platform.Tests.Support;

/// <summary>Of a type, and asked for nothing else.</summary>
internal sealed class UnusedSolver(string type) : IChallengeSolver
{
    public string Type => type;

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel) => throw new InvalidOperationException("Nothing is proved here.");
}
