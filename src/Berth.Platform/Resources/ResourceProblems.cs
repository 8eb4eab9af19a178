using Berth.Kernel;

namespace Berth.Platform.Resources;

/// <summary>What can be wrong with limits and reservations.</summary>
public static class ResourceProblems
{
    public static readonly ProblemCode AmountInvalid = new("resource-amount-invalid");

    internal static Problem BadAmount(string resource, string value) => new(
        AmountInvalid,
        $"'{Printable.Of(value, 60)}' is no amount of {resource}.",
        "Write a number, with a unit where the scheduler knows one: 512, 512m, 0.5. The word clear removes a limit.");
}
