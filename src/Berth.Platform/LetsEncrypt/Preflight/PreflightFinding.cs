using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>One thing that was looked at before a server is asked.</summary>
/// <param name="Subject">The name or address it is about; <c>server</c> for what concerns all of them, <c>domains</c>, <c>email</c> and <c>settings</c> for what the settings lack.</param>
/// <param name="Check">What was looked at, for programs: <c>account</c>, <c>limits</c>, <c>profile</c>, <c>renewal</c>, <c>syntax</c>, <c>dns</c>, <c>address</c>, <c>delegation</c>, <c>caa</c>, <c>http</c>, <c>tls</c>, <c>clock</c>, <c>settings</c>.</param>
/// <param name="Level">What it means.</param>
/// <param name="Found">One sentence.</param>
/// <param name="Remedy">What to do; null when nothing is.</param>
public sealed record PreflightFinding(string Subject, string Check, PreflightLevel Level, string Found, string? Remedy = null)
{
    /// <summary>Whether it is certain that the server would refuse this name, so that it is not asked for it.</summary>
    public bool Stops { get; init; }

    /// <summary>Whether it leaves no way to prove the name but by its DNS records.</summary>
    public bool LeavesDns { get; init; }

    internal static PreflightFinding Ok(string subject, string check, string found) => new(subject, check, PreflightLevel.Ok, found);

    internal static PreflightFinding Note(string subject, string check, string found, string? remedy = null) =>
        new(subject, check, PreflightLevel.Note, found, remedy);

    internal static PreflightFinding Bad(string subject, string check, string found, string remedy, bool stops = false) =>
        new(subject, check, PreflightLevel.Problem, found, remedy) { Stops = stops };

    /// <summary>The reason why a name is left out of an order.</summary>
    internal Problem AsProblem() => new(LetsEncryptProblems.NameNotReady, Found, Remedy ?? "Mend it, then run the command again.");
}
