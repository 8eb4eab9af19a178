using System.Collections;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The same failure in other words: whatever else is known of it stays known.</summary>
internal static class Retold
{
    /// <summary>Of two ways that failed: what kept the first from working is to be mended.</summary>
    public static ProblemException Then(ProblemException first, ProblemException second) =>
        As(second, first.Problem with { Found = $"{Sentences.Ended(first.Problem.Found)} Then: {second.Problem.Found}" });

    /// <summary>Of two ways that failed, the first of which was tried only for what the second had done before: that is to be mended.</summary>
    public static ProblemException After(ProblemException first, ProblemException second) =>
        As(second, second.Problem with { Found = $"{Sentences.Ended(second.Problem.Found)} Before that: {first.Problem.Found}" });

    public static ProblemException As(ProblemException failure, Problem words)
    {
        if (words == failure.Problem)
        {
            return failure;
        }

        var told = words.AsException(failure);
        foreach (DictionaryEntry known in failure.Data)
        {
            told.Data[known.Key] = known.Value;
        }

        return told;
    }
}
