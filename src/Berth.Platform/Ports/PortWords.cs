using System.Collections.Immutable;

namespace Berth.Platform.Ports;

/// <summary>The words of a <c>ports:*</c> command.</summary>
internal static class PortWords
{
    private const int Most = 200;

    /// <summary>Reads mappings, one or several a word.</summary>
    /// <exception cref="Kernel.ProblemException">None, too many, or one that is none.</exception>
    public static ImmutableArray<PortMapping> Mappings(IEnumerable<string> words) =>
        [.. Split(words).Select(word => PortMapping.TryParse(word, out var mapping, out var fault)
            ? mapping
            : throw PortProblems.Invalid(word, fault).AsException())];

    /// <summary>Reads what is to be removed: mappings, or host ports that stand for all mappings of theirs.</summary>
    /// <exception cref="Kernel.ProblemException">None, too many, or one that is neither.</exception>
    public static Predicate<PortMapping> Selection(IEnumerable<string> words)
    {
        var (mappings, ports) = (new HashSet<PortMapping>(), new HashSet<int>());
        foreach (var word in Split(words))
        {
            if (word.Contains(':', StringComparison.Ordinal))
            {
                mappings.UnionWith(Mappings([word]));
                continue;
            }

            var fault = PortNumber.Fault(word, out var port) ?? PortMapping.NotAPort("hostPort", port);
            ports.Add(fault is null ? (int)port : throw PortProblems.Invalid(word, fault).AsException());
        }

        return mapping => mappings.Contains(mapping) || ports.Contains(mapping.HostPort);
    }

    private static string[] Split(IEnumerable<string> words)
    {
        var all = words.SelectMany(word => word.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Take(Most + 1).ToArray();
        return all.Length switch
        {
            0 => throw PortProblems.NoneNamed().AsException(),
            > Most => throw PortProblems.TooMany(Most).AsException(),
            _ => all,
        };
    }
}
