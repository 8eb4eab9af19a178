using System.Collections;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The same failure in other words: whatever else is known of it stays known.</summary>
internal static class Retold
{
    /// <summary>Of two ways that failed: what kept the first from working is to be mended.</summary>
    public static ProblemException Then(ProblemException first, ProblemException second) =>
        As(second, first.Problem with { Found = $"{Sentences.Ended(first.Problem.Found)} Then: {second.Problem.Found}" });

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
