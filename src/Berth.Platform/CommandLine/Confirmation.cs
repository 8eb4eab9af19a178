using Berth.Kernel;

namespace Berth.Platform.CommandLine;

/// <summary>Asks before something is destroyed: the name has to be typed.</summary>
public static class Confirmation
{
    /// <param name="call">Who is asked; <c>--force</c> before the command counts as a yes.</param>
    /// <param name="noun">What it is: <c>network</c>.</param>
    /// <param name="name">Its name, which has to be typed.</param>
    /// <param name="refused">What to say when something else is typed.</param>
    /// <exception cref="ProblemException">The name was not typed.</exception>
    public static async Task AskAsync(CommandCall call, string noun, string name, Func<Problem> refused)
    {
        if (call.Caller.Force)
        {
            return;
        }

        call.Output.Warn("WARNING: Potentially Destructive Action");
        call.Output.Warn($"This command will destroy {noun} {Printable.Of(name)}.");
        call.Output.Warn($"To proceed, type \"{Printable.Of(name)}\"");
        if ((await call.AskAsync("\n> ")).Trim() != name)
        {
            throw refused().AsException();
        }
    }
}
