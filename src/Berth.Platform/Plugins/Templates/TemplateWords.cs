using System.Text;

namespace Berth.Platform.Plugins.Templates;

/// <summary>Splits what stands between double braces into words.</summary>
internal static class TemplateWords
{
    /// <exception cref="FormatException">A text has no end, or a sign means nothing here.</exception>
    public static List<TemplateToken> Of(string action)
    {
        var words = new List<TemplateToken>();
        for (var at = 0; at < action.Length;)
        {
            if (char.IsWhiteSpace(action[at]))
            {
                at++;
                continue;
            }

            words.Add(Next(action, ref at));
        }

        return words;
    }

    private static TemplateToken Next(string action, ref int at)
    {
        switch (action[at])
        {
            case '"':
                return new(TemplateTokenKind.Text, Quoted(action, ref at));
            case '`':
                return new(TemplateTokenKind.Text, Raw(action, ref at));
            case '$':
                at++;
                return new(TemplateTokenKind.Variable, Name(action, ref at));
            case '.':
                at++;
                return new(TemplateTokenKind.Field, Name(action, ref at));
            case ':' when at + 1 < action.Length && action[at + 1] == '=':
                at += 2;
                return new(TemplateTokenKind.Sign, ":=");
            case '|' or '(' or ')' or ',' or '=':
                return new(TemplateTokenKind.Sign, action[at++].ToString());
            default:
                return Word(action, ref at);
        }
    }

    private static TemplateToken Word(string action, ref int at)
    {
        var start = at;
        at += action[at] == '-' ? 1 : 0;
        var name = Name(action, ref at);
        var text = action[start..at];
        return name.Length == 0 ? throw new FormatException($"'{(at < action.Length ? action[at] : '-')}' means nothing there")
            : char.IsAsciiDigit(name[0]) ? new(TemplateTokenKind.Number, text)
            : text == name ? new(TemplateTokenKind.Name, text)
            : throw new FormatException($"'{text}' is no number");
    }

    private static string Name(string action, ref int at)
    {
        var start = at;
        while (at < action.Length && (char.IsAsciiLetterOrDigit(action[at]) || action[at] == '_'))
        {
            at++;
        }

        return action[start..at];
    }

    private static string Raw(string action, ref int at)
    {
        var end = action.IndexOf('`', at + 1);
        var text = end < 0 ? throw new FormatException("a text has no end") : action[(at + 1)..end];
        at = end + 1;
        return text;
    }

    private static string Quoted(string action, ref int at)
    {
        var text = new StringBuilder();
        for (at++; at < action.Length; at++)
        {
            switch (action[at])
            {
                case '"':
                    at++;
                    return text.ToString();
                case '\\' when at + 1 < action.Length:
                    text.Append(action[++at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
                    break;
                default:
                    text.Append(action[at]);
                    break;
            }
        }

        throw new FormatException("a text has no end");
    }
}
