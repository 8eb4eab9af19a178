namespace Berth.Platform.CommandLine;

/// <summary>What a report command was asked for.</summary>
/// <param name="Subject">An app's name, <c>--global</c>, or null for every app.</param>
/// <param name="Flag">One key with its dashes, or null for all.</param>
/// <param name="Json">Whether JSON was asked for.</param>
public sealed record ReportRequest(string? Subject, string? Flag, bool Json)
{
    public bool IsGlobal => Subject == "--global";

    /// <summary>Reads the words of a report: <c>[app|--global] [--format json] [--flag]</c>, in any order.</summary>
    public static ReportRequest Parse(CommandCall call)
    {
        var words = call.Words;
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
                    flag = flag is null ? word : throw CommandLineProblems.OneReportFlag(call.Name.Split(':')[0]).AsException();
                    break;
                case var word:
                    subject = subject is null ? word : throw CommandLineProblems.TooManyWords(word, call.Name).AsException();
                    break;
            }
        }

        var json = IsJson(format);
        return json && flag is not null
            ? throw CommandLineProblems.FormatWithFlag().AsException()
            : new ReportRequest(subject, flag, json);
    }

    /// <returns>Whether a <c>--format</c> asks for JSON; null stands for lines.</returns>
    public static bool IsJson(string? format) => format switch
    {
        "json" => true,
        null or "stdout" => false,
        _ => throw CommandLineProblems.InvalidFormat(format).AsException(),
    };
}
