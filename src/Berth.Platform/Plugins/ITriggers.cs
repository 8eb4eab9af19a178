using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>Runs the plugins' handlers of an event: executables named as the trigger, one after another, in the plugins' order.</summary>
public interface ITriggers
{
    /// <summary>Fires a trigger; no handler is success. What handlers print goes to the caller.</summary>
    /// <param name="trigger">Its name: <c>post-create</c>.</param>
    /// <param name="arguments">What handlers get as arguments, usually the app first.</param>
    /// <param name="output">Where the handlers' output goes.</param>
    /// <param name="cancel">Ends the handler under way.</param>
    /// <exception cref="Kernel.ProblemException">A handler failed; those after it did not run.</exception>
    Task FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel);

    /// <summary>Whether somebody may handle a trigger as things are now.</summary>
    bool MayBeHandled(string trigger) => true;

    /// <summary>Whether what is fired is written down, handled or not.</summary>
    bool AreLogged => true;
}
