using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Why one name of an order could not be authorized.</summary>
/// <param name="Name">As ordered, with its wildcard label.</param>
/// <param name="Document">What the CA said; null when it never got to decide.</param>
/// <param name="ChallengeType">The challenge that failed, where one did.</param>
/// <param name="Local">What went wrong on our side; null when the CA decided.</param>
internal sealed record NameFailure(string Name, ProblemDocument? Document, string? ChallengeType, ProblemException? Local)
{
    internal FailedName ToPublic() => new(Name, AcmeProblems.CodeOf(this).Id, Words, ChallengeType);

    internal string Words => Document is { } document ? AcmeProblems.WordsOf(document) : Local!.Problem.Found;
}
