namespace Berth.Kernel;

/// <summary>The stable name of one expected failure. Published codes are retired, never reused.</summary>
/// <param name="Id">Lower-case words joined by hyphens, area first: <c>app-unknown</c>. Names its page in <c>docs/problems/</c>.</param>
/// <param name="ExitStatus">The status a command that ends with this problem exits with; 1 unless the contract says otherwise.</param>
/// <param name="Contract">
/// True when scripts look for the exact line: a pipe gets that line alone; the remedy is shown on a terminal.
/// </param>
public sealed record ProblemCode(string Id, int ExitStatus = 1, bool Contract = false)
{
    /// <summary>
    /// Whether it stands in the way only until something is set, and is found before any server is asked for a certificate: no failed attempt.
    /// </summary>
    public bool IsOfSettings { get; init; }

    public override string ToString() => Id;
}
