using System.Collections;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The same failure in other words: whatever else is known of it stays known.</summary>
internal static class Retold
{
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
