using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Edge;

namespace Berth.Platform.LetsEncrypt.Challenges;

/// <summary>Answers TLS-ALPN-01 at the edge, to the CA's hello alone: for names whose port 80 is closed.</summary>
internal sealed class EdgeTlsSolver(EdgeServer edge, TimeProvider time) : IChallengeSolver
{
    public string Type => ChallengeType.TlsAlpn01;

    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        var answer = TlsAlpnAnswer.Create(task, time);
        var challenge = new EdgeTlsChallenge(answer.ServerName, answer.Certificate);
        edge.Update(snapshot => snapshot.WithTlsChallenge(challenge));
        return ValueTask.FromResult<IAsyncDisposable>(new Presented(edge, challenge, answer));
    }

    private sealed class Presented(EdgeServer edge, EdgeTlsChallenge challenge, TlsAlpnAnswer answer) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            edge.Update(snapshot => snapshot.WithoutTlsChallenge(challenge));
            answer.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
