namespace Berth.Kernel;

/// <summary>Carries a <see cref="Kernel.Problem"/> from where it is found to the border that prints it.</summary>
public sealed class ProblemException(Problem problem, Exception? cause = null) : Exception(problem.Found, cause)
{
    public Problem Problem { get; } = problem;
}
