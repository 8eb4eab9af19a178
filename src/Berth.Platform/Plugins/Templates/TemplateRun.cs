using System.Globalization;
using System.Text;

namespace Berth.Platform.Plugins.Templates;

/// <summary>One rendering under way: what was written so far, the variables, and the value that a dot means.</summary>
internal sealed class TemplateRun
{
    // A template is a plugin's, its lists are what somebody typed: nested ranges over them must end.
    private const int MostSteps = 200_000;
    private const int MostText = 4 << 20;

    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);
    private int _steps;

    public TemplateRun(IReadOnlyDictionary<string, string> values)
    {
        Root = values;
        Dot = values;
        foreach (var (name, value) in values)
        {
            _variables[name] = value;
        }
    }

    public StringBuilder Output { get; } = new();

    public IReadOnlyDictionary<string, string> Root { get; }

    public object? Dot { get; set; }

    public object? this[string variable]
    {
        get => _variables.GetValueOrDefault(variable);
        set => _variables[variable] = value;
    }

    public void Write(string text, int line)
    {
        Step(line);
        if (Output.Length + text.Length > MostText)
        {
            throw PluginProblems.InvalidTemplate(line, "it writes more than 4 MiB").AsException();
        }

        Output.Append(text);
    }

    public void Step(int line)
    {
        if (++_steps > MostSteps)
        {
            throw PluginProblems.InvalidTemplate(line, "it does not end").AsException();
        }
    }

    /// <summary>What an <c>if</c> takes for true: anything but nothing, zero and what is empty.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or false or 0L or "" => false,
        IReadOnlyCollection<object?> list => list.Count > 0,
        _ => true,
    };

    public static string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        bool truth => truth ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        IReadOnlyList<object?> list => $"[{string.Join(' ', list.Select(TextOf))}]",
        _ => "map[]",
    };
}
