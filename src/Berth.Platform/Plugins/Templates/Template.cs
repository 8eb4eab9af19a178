using Berth.Kernel;

namespace Berth.Platform.Plugins.Templates;

/// <summary>
/// A text with actions in double braces, as plugins hand it to the program <c>sigil</c>: the language of Go's <c>text/template</c>
/// without its rarer parts. Names given with it can be read as <c>.NAME</c> and as <c>$NAME</c>.
/// </summary>
public sealed class Template
{
    private readonly Action<TemplateRun> _body;

    private Template(Action<TemplateRun> body) => _body = body;

    /// <param name="text">The template.</param>
    /// <param name="names">The names that will be given: each is a variable, too.</param>
    /// <exception cref="ProblemException"><see cref="PluginProblems.TemplateInvalid"/>, with the line.</exception>
    public static Template Parse(string text, IEnumerable<string> names) => new(new TemplateParser(text, names).Parse());

    /// <returns>The text with every action carried out.</returns>
    /// <exception cref="ProblemException"><see cref="PluginProblems.TemplateInvalid"/>: a function cannot work with its values, or there is no end to it.</exception>
    public string Render(IReadOnlyDictionary<string, string> values)
    {
        var run = new TemplateRun(values);
        _body(run);
        return run.Output.ToString();
    }
}
