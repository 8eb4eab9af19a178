using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Challenges;

/// <summary>
/// Answers http-01 through a web server that serves a folder: the answer is a file below <c>.well-known/acme-challenge</c>
/// (RFC 8555 §8.3). Safe for several threads.
/// </summary>
/// <param name="folder">What the web server serves as <c>/</c> on port 80, for all names that are to be proved.</param>
public sealed class WebRootSolver(string folder) : IChallengeSolver
{
    /// <inheritdoc/>
    public string Type => ChallengeType.Http01;

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        // A token is 22 to 256 characters of base64url: it leads to no other folder.
        var file = Path.Join(folder, KeyAuthorization.Http01Path, task.Token);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, task.KeyAuthorization, AtomicFile.PublicRead);
        return ValueTask.FromResult<IAsyncDisposable>(new Answer(file));
    }

    private sealed class Answer(string file) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            File.Delete(file);
            return ValueTask.CompletedTask;
        }
    }
}
