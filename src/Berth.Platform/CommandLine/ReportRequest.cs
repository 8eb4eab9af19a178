namespace Berth.Platform.CommandLine;

/// <summary>What a report command was asked for.</summary>
/// <param name="Subject">An app's name, <c>--global</c>, or null for every app.</param>
/// <param name="Flag">One key with its dashes, or null for all.</param>
/// <param name="Json">Whether JSON was asked for.</param>
public sealed record ReportRequest(string? Subject, string? Flag, bool Json)
{
    public bool IsGlobal => Subject == "--global";

    /// <summary>Reads the words of a report: <c>[app|--global] [--format json] [--flag]</c>, in any order.</summary>
    public static ReportRequest Parse(IReadOnlyList<string> words)
    {
        string? subject = null, flag = null, format = null;
        for (var i = 0; i < words.Count; i++)
        {
            switch (words[i])
            {
                case "--format":
                    format = ++i < words.Count ? words[i] : throw CommandLineProblems.FlagNeedsValue("--format").AsException();
                    break;
                case var word when word.StartsWith("--format=", StringComparison.Ordinal):
                    format = word["--format=".Length..];
                    break;
                case "--global":
                    subject = "--global";
                    break;
                case var word when word.StartsWith('-'):
                    flag = word;
                    break;
                case var word:
                    subject ??= word;
                    break;
            }
        }

        return Check(subject, flag, format);
    }

    private static ReportRequest Check(string? subject, string? flag, string? format)
    {
        if (format is not (null or "json" or "stdout"))
        {
            throw CommandLineProblems.InvalidFormat(format).AsException();
        }

        if (format == "json" && flag is not null)
        {
            throw CommandLineProblems.FormatWithFlag().AsException();
        }

        return new ReportRequest(subject, flag, format == "json");
    }
}
