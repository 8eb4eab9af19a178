using Berth.Kernel;

namespace Berth.Platform.Plugins.Templates;

/// <summary>Reads a template into what writes it: texts, values, and the blocks <c>if</c>, <c>with</c> and <c>range</c>.</summary>
internal sealed class TemplateParser(string text, IEnumerable<string> names)
{
    private const int Deepest = 100;
    private readonly HashSet<string> _known = new(names, StringComparer.Ordinal);
    private int _at;
    private int _line = 1;
    private int _depth;
    private bool _trimNext;

    /// <exception cref="ProblemException"><see cref="PluginProblems.TemplateInvalid"/>.</exception>
    public Action<TemplateRun> Parse()
    {
        try
        {
            var body = Block(out var end);
            return end is null ? body : throw new FormatException($"'{end[0].Text}' closes nothing");
        }
        catch (FormatException e)
        {
            throw PluginProblems.InvalidTemplate(_line, e.Message).AsException(e);
        }
    }

    /// <param name="end">The words that ended it, <c>end</c> or <c>else</c>; null at the end of the text.</param>
    private Action<TemplateRun> Block(out List<TemplateToken>? end)
    {
        var steps = new List<Action<TemplateRun>>();
        end = null;
        while (end is null && _at < text.Length)
        {
            Literal(steps);
            if (_at < text.Length && Action() is { } words)
            {
                if (words is [{ Kind: TemplateTokenKind.Name, Text: "end" or "else" }, ..])
                {
                    end = words;
                }
                else
                {
                    steps.Add(Statement(words));
                }
            }
        }

        return run => steps.ForEach(step => step(run));
    }

    /// <summary>The text up to the next action.</summary>
    private void Literal(List<Action<TemplateRun>> steps)
    {
        var open = text.IndexOf("{{", _at, StringComparison.Ordinal);
        var literal = open < 0 ? text[_at..] : text[_at..open];
        var line = _line;
        _line += literal.Count('\n');
        _at = open < 0 ? text.Length : open;
        literal = _trimNext ? literal.TrimStart() : literal;
        literal = open >= 0 && text.AsSpan(open + 2) is ['-', ' ' or '\t' or '\r' or '\n', ..] ? literal.TrimEnd() : literal;
        _trimNext = false;
        if (literal.Length > 0)
        {
            steps.Add(run => run.Write(literal, line));
        }
    }

    /// <returns>The words of the action at hand; null for a comment.</returns>
    private List<TemplateToken>? Action()
    {
        var close = CloseOf(_at + 2);
        var action = text[(_at + 2)..close];
        _line += action.Count('\n');
        _at = close + 2;
        _trimNext = action is [.., ' ' or '\t' or '\r' or '\n', '-'];
        action = (_trimNext ? action[..^1] : action).Trim();
        action = action is ['-', ' ' or '\t' or '\r' or '\n', ..] ? action[1..].Trim() : action;
        return action.StartsWith("/*", StringComparison.Ordinal) && action.EndsWith("*/", StringComparison.Ordinal) ? null
            : TemplateWords.Of(action) is { Count: > 0 } words ? words : throw new FormatException("an action is empty");
    }

    // Braces within a text do not close the action.
    private int CloseOf(int from)
    {
        char? quote = null;
        for (var at = from; at < text.Length; at++)
        {
            if (quote is null && text.AsSpan(at).StartsWith("}}"))
            {
                return at;
            }

            switch (text[at])
            {
                case '\\' when quote == '"':
                    at++;
                    break;
                case '"' or '`' when quote is null:
                    quote = text[at];
                    break;
                case var sign when sign == quote:
                    quote = null;
                    break;
            }
        }

        throw new FormatException("an action has no '}}'");
    }

    private Action<TemplateRun> Statement(List<TemplateToken> words) => words[0] switch
    {
        { Kind: TemplateTokenKind.Name, Text: "if" } => Condition(words[1..], changesDot: false),
        { Kind: TemplateTokenKind.Name, Text: "with" } => Condition(words[1..], changesDot: true),
        { Kind: TemplateTokenKind.Name, Text: "range" } => Range(words[1..]),
        _ => Written(words),
    };

    private Action<TemplateRun> Written(List<TemplateToken> words)
    {
        var line = _line;
        var (variables, value) = Assigned(words, most: 1);
        return variables is [var variable]
            ? run => run[variable] = value(run)
            : run => run.Write(TemplateRun.TextOf(value(run)), line);
    }

    private Action<TemplateRun> Condition(List<TemplateToken> words, bool changesDot)
    {
        var (variables, value) = Assigned(words, most: 1);
        var (body, otherwise) = Bodies();
        return run =>
        {
            var found = value(run);
            foreach (var variable in variables)
            {
                run[variable] = found;
            }

            Within(run, changesDot && TemplateRun.IsTrue(found) ? found : run.Dot, TemplateRun.IsTrue(found) ? body : otherwise);
        };
    }

    /// <summary>What a block does, and what it does else: up to its <c>end</c>.</summary>
    private (Action<TemplateRun> Body, Action<TemplateRun> Otherwise) Bodies()
    {
        if (++_depth > Deepest)
        {
            throw new FormatException("it is nested too deeply");
        }

        var body = Block(out var end);
        var otherwise = Otherwise(end);
        _depth--;
        return (body, otherwise);
    }

    private Action<TemplateRun> Otherwise(List<TemplateToken>? end)
    {
        switch (end)
        {
            case null:
                throw new FormatException("an 'end' is missing");
            case [{ Text: "end" }]:
                return _ => { };
            case [{ Text: "else" }]:
                var body = Block(out var last);
                return last is [{ Text: "end" }] ? body : throw new FormatException("an 'end' is missing");
            case [{ Text: "else" }, { Text: "if" or "with" } again, ..]:
                return Condition(end[2..], changesDot: again.Text == "with");
            default:
                throw new FormatException($"'{end[^1].Text}' is not expected there");
        }
    }

    private Action<TemplateRun> Range(List<TemplateToken> words)
    {
        var line = _line;
        var (variables, value) = Assigned(words, most: 2);
        var (body, otherwise) = Bodies();
        return run =>
        {
            var elements = value(run) switch
            {
                IReadOnlyList<object?> list => list,
                null or "" => [],
                var other => throw PluginProblems.InvalidTemplate(line, $"range: '{TemplateRun.TextOf(other)}' is no list").AsException(),
            };
            for (var at = 0; at < elements.Count; at++)
            {
                run.Step(line);
                Assign(run, variables, at, elements[at]);
                Within(run, elements[at], body);
            }

            if (elements.Count == 0)
            {
                otherwise(run);
            }
        };
    }

    private static void Assign(TemplateRun run, IReadOnlyList<string> variables, long at, object? element)
    {
        if (variables is [.., var last])
        {
            run[last] = element;
        }

        if (variables is [var first, _])
        {
            run[first] = at;
        }
    }

    private static void Within(TemplateRun run, object? dot, Action<TemplateRun> body)
    {
        var before = run.Dot;
        run.Dot = dot;
        body(run);
        run.Dot = before;
    }

    /// <returns>The variables that <c>$a, $b := …</c> names, which are known from then on, and the value.</returns>
    private (IReadOnlyList<string> Variables, Func<TemplateRun, object?> Value) Assigned(List<TemplateToken> words, int most)
    {
        var sign = words.FindIndex(word => word is { Kind: TemplateTokenKind.Sign, Text: ":=" or "=" });
        List<string> variables = [.. words.Take(Math.Max(0, sign)).Where(word => word.Kind == TemplateTokenKind.Variable).Select(word => word.Text)];
        if (sign >= 0 && (variables.Count == 0 || variables.Count > most || variables.Count * 2 - 1 != sign || variables.Contains("")))
        {
            throw new FormatException("a variable is missing before '='");
        }

        // Its own value cannot speak of it.
        var value = new TemplateExpression(words[(sign + 1)..], _known.Contains, _line).Parse();
        _known.UnionWith(variables);
        return (variables, value);
    }
}
