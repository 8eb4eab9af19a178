using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>Why the program did not take over.</summary>
/// <param name="Step">Which of <see cref="LaunchSteps"/>.</param>
/// <param name="Error">The errno, or 0.</param>
/// <param name="Reason">In words.</param>
internal sealed record LaunchFailure(string Step, int Error, string Reason)
{
    public Problem AsProblem(string name, string origin, string program) => (Step, Error) switch
    {
        ("program", Libc.NoSuchEntry) => ProcessProblems.MissingProgram(origin, program),
        ("program", Libc.AccessDenied) => ProcessProblems.RefusedProgram(origin, program, "it is not executable for the app's account"),
        ("program", Libc.BadFormat) => ProcessProblems.RefusedProgram(origin, program, "it has no #! line and is no program for this machine"),
        ("program", _) => ProcessProblems.RefusedProgram(origin, program, Reason),
        _ => ProcessProblems.FailedLaunch(name, Reason),
    };
}
