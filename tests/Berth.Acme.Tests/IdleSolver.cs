using Berth.Acme.Challenges;

namespace Berth.Acme.Tests;

/// <summary>Says that it has answered, and has not.</summary>
internal sealed class IdleSolver(string type) : IChallengeSolver
{
    public string Type => type;

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel) =>
        ValueTask.FromResult<IAsyncDisposable>(new MemoryStream());
}
