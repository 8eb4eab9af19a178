using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>Answers HTTP-01 on a real socket.</summary>
internal sealed class Http01Solver(ChallengeServer server) : IChallengeSolver
{
    public string Type => ChallengeType.Http01;

    internal int Presented { get; private set; }

    internal int Cleaned { get; private set; }

    /// <summary>True for an edge that outlives the client.</summary>
    internal bool LeavesAnswers { get; set; }

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        Presented++;
        server.Answers[task.Token] = task.KeyAuthorization;
        return ValueTask.FromResult<IAsyncDisposable>(new Cleanup(() => Clean(task.Token)));
    }

    private void Clean(string token)
    {
        if (!LeavesAnswers)
        {
            Cleaned += server.Answers.TryRemove(token, out _) ? 1 : 0;
        }
    }

    private sealed class Cleanup(Action clean) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            clean();
            return ValueTask.CompletedTask;
        }
    }
}
