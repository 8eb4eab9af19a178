using Berth.Kernel;

namespace Berth.Platform.DockerOptions;

/// <summary>What a call to add or remove options asked for.</summary>
/// <param name="Options">One text for each flag with its value, as stored.</param>
/// <param name="Processes">The values of <c>--process</c> found among them: a flag of the command, not an option.</param>
public sealed record OptionGroups(IReadOnlyList<string> Options, IReadOnlyList<string> Processes)
{
    private const string Process = "--process";

    /// <summary>Parts a text where each flag begins: <c>--link a --link b</c> are two options.</summary>
    /// <exception cref="ProblemException">It cannot be parted, or <c>--process</c> has no single value.</exception>
    public static OptionGroups Parse(string text)
    {
        List<List<string>> groups = [];
        foreach (var word in OptionWords.Parse(text))
        {
            if (groups.Count == 0 || (word.Length > 1 && word[0] == '-'))
            {
                groups.Add([]);
            }

            groups[^1].Add(word);
        }

        return new OptionGroups(
            [.. groups.Where(group => !IsProcess(group)).Select(OptionWords.Format)],
            [.. groups.Where(IsProcess).Select(ValueOf)]);
    }

    private static bool IsProcess(List<string> group) => group[0] == Process || group[0].StartsWith($"{Process}=", StringComparison.Ordinal);

    private static string ValueOf(List<string> group) => (group[0] == Process, group.Count) switch
    {
        (true, 1) => throw DockerOptionProblems.Invalid("--process requires a value").AsException(),
        (true, 2) => group[1],
        (true, var count) => throw DockerOptionProblems.Invalid($"--process accepts a single value, got {count - 1}").AsException(),
        (false, 1) => group[0][(Process.Length + 1)..],
        _ => throw DockerOptionProblems.Invalid("--process=value cannot be followed by additional tokens").AsException(),
    };
}
