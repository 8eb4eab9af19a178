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

    /// <summary>That the answer was not to be seen from here either; null where it was.</summary>
    internal string? Unseen { get; init; }

    internal string Words => Document is { } document
        ? $"{AcmeProblems.WordsOf(document)}{(Unseen is null ? "" : $" (seen from here: {Unseen})")}"
        : Local!.Problem.Found;
}
