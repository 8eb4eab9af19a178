using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Edge;

namespace Berth.Platform.LetsEncrypt.Challenges;

/// <summary>Answers HTTP-01 at the edge, before any redirect and on every host; nothing is reloaded.</summary>
internal sealed class EdgeChallengeSolver(EdgeServer edge) : IChallengeSolver
{
    public string Type => ChallengeType.Http01;

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        edge.Update(snapshot => snapshot.WithChallenge(task.Token, task.KeyAuthorization));
        return ValueTask.FromResult<IAsyncDisposable>(new Presented(edge, task.Token));
    }

    private sealed class Presented(EdgeServer edge, string token) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            edge.Update(snapshot => snapshot.WithoutChallenge(token));
            return ValueTask.CompletedTask;
        }
    }
}
