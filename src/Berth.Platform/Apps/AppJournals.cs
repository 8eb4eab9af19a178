using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>What was written down before it was done to an app, one file an app, named after it: who finds one later finishes it.</summary>
internal static class AppJournals
{
    /// <param name="store">Where they lie.</param>
    /// <param name="journals">Their folder.</param>
    /// <param name="finish">Called under the app's lock, for whatever nobody is at right now.</param>
    /// <exception cref="ProblemException">The first that could not be finished; all others are.</exception>
    public static void ForEach(IStateStore store, StatePath journals, Action<AppName> finish)
    {
        if (!store.Exists(journals))
        {
            return;
        }

        ProblemException? failure = null;
        foreach (var name in store.List(journals))
        {
            try
            {
                Finish(store, journals, name, finish);
            }
            catch (ProblemException e)
            {
                failure ??= e;
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private static void Finish(IStateStore store, StatePath journals, string name, Action<AppName> finish)
    {
        if (!AppName.TryParse(name, out var app))
        {
            return;
        }

        using var held = store.LockAsync(app.Text, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (store.Exists(journals.Slash(name)))
        {
            finish(app);
        }
    }
}
