using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Domains;

/// <summary>A VHOST file: one domain a line, written by commands or by hand. A wrong line is named and passed over.</summary>
/// <param name="Path">Where it lies, for messages.</param>
/// <param name="Lines">Every line that is not blank or a comment, in order.</param>
public sealed record VhostFile(string Path, ImmutableArray<VhostLine> Lines)
{
    /// <summary>The domain that stands for any host.</summary>
    public const string CatchAll = "_";

    public static VhostFile Parse(string path, string text)
    {
        var lines = ImmutableArray.CreateBuilder<VhostLine>();
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.Trim('\0').Length > 0 && line[0] != '#')
            {
                lines.Add(Read(number, line));
            }
        }

        return new VhostFile(path, lines.ToImmutable());
    }

    /// <summary>Whether the app also takes what no other app has a name for.</summary>
    public bool CatchesAll => Lines.Any(line => line.Text == CatchAll);

    /// <summary>The names and addresses that can be routed and certified, each once.</summary>
    public IEnumerable<DomainName> Domains => Lines.Select(line => line.Domain).OfType<DomainName>().Distinct();

    /// <returns>The first of its names and addresses that is one of those; null when none is.</returns>
    public string? NameAmong(IReadOnlyCollection<string> names)
    {
        foreach (var line in Lines)
        {
            if (line.Domain is { } domain && names.Contains(domain.Text))
            {
                return domain.Text;
            }
        }

        return null;
    }

    /// <summary>The lines that are no domain, as problems that name file and line.</summary>
    public IEnumerable<Problem> Faults =>
        Lines.Where(line => line.Fault is not null).Select(line => DomainProblems.InvalidLine(Path, line));

    private static VhostLine Read(int number, string line)
    {
        if (line == CatchAll)
        {
            return new VhostLine(number, line, null, null);
        }

        return line.AsSpan().ContainsAny('\0', '\uFFFD') ? new VhostLine(number, Printable.Of(line, 40), null, "it is not UTF-8 text (an editor may have saved the file as UTF-16)")
            : DomainName.TryParseHost(line, out var domain, out var reason) ? new VhostLine(number, line, domain, null)
            : new VhostLine(number, line, null, reason);
    }
}
