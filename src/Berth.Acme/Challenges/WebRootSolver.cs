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

    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
    {
        // A token is 22 to 256 characters of base64url: it leads to no other folder.
        var file = Path.Join(folder, KeyAuthorization.Http01Path, task.Token);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(file, e).AsException(e);
        }

        AtomicFile.Write(file, task.KeyAuthorization, AtomicFile.PublicRead);
        return ValueTask.FromResult<IAsyncDisposable>(new Answer(file));
    }

    private sealed class Answer(string file) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            try
            {
                File.Delete(file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It proves nothing any more.
            }

            return ValueTask.CompletedTask;
        }
    }
}
