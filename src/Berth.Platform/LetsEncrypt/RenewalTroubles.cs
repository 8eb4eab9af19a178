using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What kept the daemon from a certificate's step when it tried last, where the certificate's state does not tell of it: it may be that nothing can be written.</summary>
public sealed class RenewalTroubles(LineageFiles lineages, TimeProvider time)
{
    // What was tried and failed may have changed a folder all the same, and is then left to whoever may be at it for a minute.
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(2);

    /// <summary>Forgets what kept the daemon from a step that is not due any more.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="next">When its next step is; null where a person must ask for one, who is to know why.</param>
    /// <returns>The same.</returns>
    internal DateTimeOffset? Until(AppName app, DateTimeOffset? next)
    {
        if (next > time.GetUtcNow() + Soon)
        {
            lineages.ForgetUnkept(app);
        }

        return next;
    }

    /// <returns>Whether there was something to note: the certificate's state does not tell of it, nor of a pause after it.</returns>
    internal bool Note(AppName app, Problem problem, DateTimeOffset began)
    {
        if (IsRemembered(app, problem, began))
        {
            lineages.ForgetUnkept(app);
            return false;
        }

        lineages.NoteUnkept(app, LineageFailure.Of(problem, time.GetUtcNow()));
        return true;
    }

    internal void NoteFault(AppName app) =>
        lineages.NoteUnkept(app, new LineageFailure("internal-error", "a fault of Berth's own", "its log has it; tried again an hour later") { At = time.GetUtcNow() });

    private bool IsRemembered(AppName app, Problem problem, DateTimeOffset began)
    {
        try
        {
            return lineages.ReadState(app).Remembers(problem, began);
        }
        catch (ProblemException)
        {
            // What cannot be read tells of nothing.
            return false;
        }
    }
}
