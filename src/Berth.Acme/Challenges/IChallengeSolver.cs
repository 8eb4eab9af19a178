namespace Berth.Acme.Challenges;

/// <summary>Answers one type of challenge.</summary>
public interface IChallengeSolver
{
    /// <summary>The challenge type, such as <c>http-01</c>.</summary>
    string Type { get; }

    /// <summary>False for a name this solver cannot prove; the next solver is asked. Default: true.</summary>
    bool CanProve(ChallengeTask task) => true;

    /// <summary>
    /// Makes the answer visible. Called from several threads at once, for different names, and again for the same task after a
    /// restart. MUST NOT return before a CA that asks can see it.
    /// </summary>
    /// <returns>Takes the answer away when disposed: after the CA has decided, also when it failed or was cancelled.</returns>
    /// <exception cref="Kernel.ProblemException">It cannot be done; the order is given up with this problem.</exception>
    ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel);

    /// <summary>
    /// Takes away what a run may have left behind that ended before it could. Default: nothing, for answers that go with the process.
    /// </summary>
    ValueTask WithdrawAsync(ChallengeTask task, CancellationToken cancel) => ValueTask.CompletedTask;
}
