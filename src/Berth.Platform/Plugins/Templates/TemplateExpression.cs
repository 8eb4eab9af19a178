using System.Globalization;

namespace Berth.Platform.Plugins.Templates;

/// <summary>Reads the words of one action into what computes its value.</summary>
/// <param name="words">The words.</param>
/// <param name="isKnown">Whether there is a variable of that name.</param>
/// <param name="line">Where the action stands.</param>
internal sealed class TemplateExpression(IReadOnlyList<TemplateToken> words, Func<string, bool> isKnown, int line)
{
    private const int Deepest = 50;
    private int _at;
    private int _depth;

    /// <exception cref="FormatException">The words are no expression.</exception>
    public Func<TemplateRun, object?> Parse()
    {
        var value = Pipeline();
        return _at == words.Count ? value : throw new FormatException($"'{words[_at].Text}' is not expected there");
    }

    private Func<TemplateRun, object?> Pipeline()
    {
        if (++_depth > Deepest)
        {
            throw new FormatException("it is nested too deeply");
        }

        var value = Call(null);
        while (IsSign("|"))
        {
            _at++;
            value = Call(value);
        }

        _depth--;
        return value;
    }

    /// <param name="last">What a pipe brings: the last value a function gets.</param>
    private Func<TemplateRun, object?> Call(Func<TemplateRun, object?>? last)
    {
        if (_at < words.Count && words[_at] is { Kind: TemplateTokenKind.Name, Text: not ("true" or "false") } name)
        {
            _at++;
            var function = TemplateFunctions.Named(name.Text) ?? throw new FormatException($"there is no function '{name.Text}'");
            return Apply(name.Text, function, Arguments(last));
        }

        return last is null ? Operand() : throw new FormatException("a function is missing behind '|'");
    }

    private List<Func<TemplateRun, object?>> Arguments(Func<TemplateRun, object?>? last)
    {
        var arguments = new List<Func<TemplateRun, object?>>();
        while (_at < words.Count && (words[_at].Kind != TemplateTokenKind.Sign || IsSign("(")))
        {
            arguments.Add(Operand());
        }

        if (last is not null)
        {
            arguments.Add(last);
        }

        return arguments;
    }

    private Func<TemplateRun, object?> Apply(string name, Func<object?[], object?> function, List<Func<TemplateRun, object?>> arguments) => run =>
    {
        run.Step(line);
        var values = arguments.Select(argument => argument(run)).ToArray();
        try
        {
            return function(values);
        }
        catch (FormatException e)
        {
            throw PluginProblems.InvalidTemplate(line, $"{name}: {e.Message}").AsException(e);
        }
    };

    private Func<TemplateRun, object?> Operand()
    {
        if (_at >= words.Count)
        {
            throw new FormatException("a value is missing");
        }

        var word = words[_at++];
        return word.Kind switch
        {
            TemplateTokenKind.Text => _ => word.Text,
            TemplateTokenKind.Number => Number(word.Text),
            TemplateTokenKind.Name when word.Text is "true" or "false" => _ => word.Text == "true",
            TemplateTokenKind.Name => Apply(word.Text, TemplateFunctions.Named(word.Text) ?? throw new FormatException($"there is no function '{word.Text}'"), []),
            TemplateTokenKind.Field => Fields(word, run => run.Dot),
            TemplateTokenKind.Variable => Variable(word.Text),
            _ when word.Text == "(" => Parenthesis(),
            _ => throw new FormatException($"'{word.Text}' is not expected there"),
        };
    }

    private static Func<TemplateRun, object?> Number(string text)
    {
        var number = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value : throw new FormatException($"'{text}' is no number");
        return _ => number;
    }

    private Func<TemplateRun, object?> Parenthesis()
    {
        var value = Pipeline();
        return IsSign(")") && ++_at > 0 ? value : throw new FormatException("')' is missing");
    }

    private Func<TemplateRun, object?> Variable(string name)
    {
        if (name.Length == 0)
        {
            return _at < words.Count && words[_at] is { Kind: TemplateTokenKind.Field, Text.Length: > 0 } field && ++_at > 0
                ? Fields(field, run => run.Root)
                : run => run.Root;
        }

        return isKnown(name) ? run => run[name] : throw new FormatException($"there is no variable '${name}'");
    }

    // What was given are names and texts: nothing has fields of fields.
    private static Func<TemplateRun, object?> Fields(TemplateToken field, Func<TemplateRun, object?> of) => field.Text.Length == 0
        ? of
        : run => of(run) is IReadOnlyDictionary<string, string> values ? values.GetValueOrDefault(field.Text) : null;

    private bool IsSign(string sign) => _at < words.Count && words[_at] is { Kind: TemplateTokenKind.Sign } word && word.Text == sign;
}
