using System.Text;
using Berth.Acme.Limits;
using Berth.Commands;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>Reads what <c>--limits</c> says: <c>letsencrypt</c>, <c>letsencrypt-staging</c>, or a file with a line for each limit.</summary>
internal static class LimitFile
{
    private const string Form = "Write letsencrypt, letsencrypt-staging, or the path of a file with lines like `new-orders 300/3h`.";

    // Far more than limits have words; a device or a log named by mistake is not read to its end.
    private const int Longest = 64 * 1024;

    internal static RateLimits Parse(string text) => text switch
    {
        "letsencrypt" => RateLimits.LetsEncrypt,
        "letsencrypt-staging" => RateLimits.LetsEncryptStaging,
        _ => OfLines(Lines(text)),
    };

    private static RateLimits OfLines(IEnumerable<string> lines)
    {
        var all = lines.Select(Line).ToList();
        return all.GroupBy(limit => limit.Kind).FirstOrDefault(same => same.Count() > 1) is { } twice
            ? throw ProgramProblems.BadOption($"There are two limits of one kind ({LimitNotation.NameOf(twice.Key)}).", Form).AsException()
            : new RateLimits { All = all };
    }

    private static IEnumerable<string> Lines(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var content = new byte[Longest + 1];
            var length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length > Longest
                ? throw new InvalidDataException($"it is longer than {Longest} bytes")
                : Encoding.UTF8.GetString(content, 0, length).Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidDataException or NotSupportedException)
        {
            throw ProgramProblems.BadOption($"The limits '{Printable.Of(file)}' cannot be read: {e.Message}", Form).AsException(e);
        }
    }

    private static RateLimit Line(string line) =>
        LimitNotation.Parse(line) ?? throw ProgramProblems.BadOption($"'{Printable.Of(line)}' is not a limit.", Form).AsException();
}
