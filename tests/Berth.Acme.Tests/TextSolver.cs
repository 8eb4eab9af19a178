using System.Collections.Concurrent;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>Answers the DNS challenges in Pebble's own DNS; every value stays.</summary>
internal sealed class TextSolver(PebbleServer pebble, string type = ChallengeType.Dns01) : IChallengeSolver
{
    public string Type => type;

    internal ConcurrentQueue<ChallengeTask> Asked { get; } = new();

    public async ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        Asked.Enqueue(task);
        await pebble.SetTextAsync(task.Record!.Name, task.Record.Value);
        return new MemoryStream();
    }
}
