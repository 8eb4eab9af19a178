using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins.Templates;

/// <summary>Answers as the program <c>sigil</c> where the machine has none: <c>sigil -f template NAME=value …</c>.</summary>
public static class SigilProgram
{
    private const int LargestTemplate = 1 << 20;
    private const string Usage = "Usage: sigil [-f <file>|-i <text>] [<NAME>=<value>...]";

    /// <exception cref="ProblemException">The words are wrong, or the template is.</exception>
    public static int Run(IReadOnlyList<string> words, Func<Stream> input, CommandOutput output)
    {
        string? text = null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < words.Count; at++)
        {
            switch (words[at])
            {
                case "-f" when at + 1 < words.Count:
                    text = FileText(words[++at]);
                    break;
                case "-i" when at + 1 < words.Count:
                    text = words[++at];
                    break;
                case var word when word.IndexOf('=') is > 0 and var sign && word[0] != '-':
                    values[word[..sign]] = word[(sign + 1)..];
                    break;
                default:
                    throw CommandLineProblems.Missing(Usage, "Berth stands in for sigil with these; install that program for its others.").AsException();
            }
        }

        output.Raw(Template.Parse(text ?? Text(input()), values.Keys).Render(values));
        return 0;
    }

    private static string FileText(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return Text(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw PluginProblems.UnreadableTemplate(path, e.Message).AsException(e);
        }
    }

    private static string Text(Stream stream)
    {
        using var reader = new StreamReader(new LimitedStream(stream, LargestTemplate));
        return reader.ReadToEnd();
    }
}
