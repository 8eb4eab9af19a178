using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.Plugins;

namespace Berth.Client;

/// <summary>
/// Settings for every command: <c>/etc/default/dokku</c>, <c>DOKKU_ROOT/dokkurc</c> and the files in <c>DOKKU_ROOT/.dokkurc</c>. Dokku runs them as
/// shell scripts; here their <c>KEY=value</c> lines are read, and a name that was last given what needs a shell is not set. The process's own environment wins.
/// </summary>
internal sealed class GlobalEnvironment
{
    private const string Prefix = "DOKKU_";
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>A variable's value: the process's own, else the files'.</summary>
    public string? this[string name] =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } own ? own : _values.GetValueOrDefault(name);

    /// <summary>The machine's file, which says where the roots are. A trial with roots of its own has nothing to do with it.</summary>
    public static GlobalEnvironment OfMachine()
    {
        var found = new GlobalEnvironment();
        if (Environment.GetEnvironmentVariable("DOKKU_ROOT") is null or "")
        {
            found.TryTake("/etc/default/dokku");
        }

        return found;
    }

    /// <summary>The root folder's files.</summary>
    /// <exception cref="ProblemException">One is there and cannot be read.</exception>
    public void Add(string home)
    {
        Take($"{home}/dokkurc");
        if (Directory.Exists($"{home}/.dokkurc"))
        {
            foreach (var file in Directory.EnumerateFiles($"{home}/.dokkurc").Order(StringComparer.Ordinal))
            {
                Take(file);
            }
        }
    }

    /// <summary>Where config and data lie: the contract's own name for it, or the one Dokku's scripts set.</summary>
    public string? LibRoot => this["DOKKU_LIB_ROOT"] ?? this["DOKKU_LIB_PATH"];

    // A plugin finds it in its environment; the commands it calls name their apps themselves. Over SSH nobody is believed.
    private static string? AppOfCaller => ForcedCommand.KeyName is null && Environment.GetEnvironmentVariable(PluginEnvironment.Nested) is null or ""
        && Environment.GetEnvironmentVariable("DOKKU_APP_NAME") is { Length: > 0 } app ? app : null;

    /// <summary>The words with what the environment and the files ask for in front of them.</summary>
    public string[] Applied(string[] words) =>
    [
        .. this["DOKKU_QUIET_OUTPUT"] is { Length: > 0 } ? ["--quiet"] : Array.Empty<string>(),
        .. this["DOKKU_TRACE"] is { Length: > 0 } ? ["--trace"] : Array.Empty<string>(),
        .. this["DOKKU_APPS_FORCE_DELETE"] is { Length: > 0 } ? ["--force"] : Array.Empty<string>(),
        .. AppOfCaller is { } app ? ["--app", app] : Array.Empty<string>(),
        .. words,
    ];

    private void TryTake(string file)
    {
        try
        {
            Take(file);
        }
        catch (ProblemException)
        {
            // The machine's file is for the accounts that may read it.
        }
    }

    private void Take(string file)
    {
        string? text;
        try
        {
            text = PlainFile.Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ProgramProblems.RcUnreadable(file, e.Message).AsException(e);
        }

        if (text is null)
        {
            return;
        }

        foreach (var (name, value) in EnvironmentFile.Parse(text))
        {
            if (value.IndexOfAny(['$', '`']) >= 0)
            {
                // Only a shell knows what it is now.
                _values.Remove(name);
            }
            else if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                _values[name] = value;
            }
        }
    }
}
