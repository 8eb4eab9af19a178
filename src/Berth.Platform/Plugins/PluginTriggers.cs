using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Events;

namespace Berth.Platform.Plugins;

/// <summary>Runs the handlers of other people's plugins: executables named as the trigger, in the order of the plugins' names.</summary>
public sealed class PluginTriggers(PluginCatalog catalog, PluginEnvironment environment, CompatibilityFiles files, EventLog events, TimeProvider time)
    : ITriggers
{
    private readonly PluginProgram _programs = new(time);

    public Task FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel) =>
        FireAsync(trigger, arguments, SharedInput.None, asRoot: false, output, cancel);

    public bool AreLogged => events.IsOn;

    public bool MayBeHandled(string trigger)
    {
        try
        {
            return catalog.Executables(trigger).Any();
        }
        catch (ProblemException)
        {
            // Told of when it is fired.
            return true;
        }
    }

    /// <summary>As the interface's, with a standard input that the handlers share.</summary>
    /// <param name="trigger">Its name.</param>
    /// <param name="arguments">What handlers get.</param>
    /// <param name="input">What they read.</param>
    /// <param name="asRoot">True keeps the daemon's own account, root's as a rule; only for what root alone may call.</param>
    /// <param name="output">Where what they print goes.</param>
    /// <param name="cancel">Ends the handler under way.</param>
    internal async Task FireAsync(
        string trigger, IReadOnlyList<string> arguments, SharedInput input, bool asRoot, CommandOutput output, CancellationToken cancel)
    {
        if (!PluginName.TryParse(trigger, out _))
        {
            throw PluginProblems.InvalidTrigger(trigger).AsException();
        }

        events.Add(trigger, arguments, output.Caller);
        foreach (var (plugin, program) in catalog.Executables(trigger))
        {
            await RunAsync(plugin, trigger, program, arguments, input, asRoot, output, cancel);
        }

        if (CoreTriggers.RebuildsProxy(trigger) && arguments is [var app, ..])
        {
            await FireAsync("nginx-pre-reload", [app], output, cancel);
        }
    }

    /// <summary>Asks the plugins that decide on it whether a command may be called at all.</summary>
    /// <param name="words">The command and its words.</param>
    /// <param name="output">What they print goes there.</param>
    /// <param name="cancel">Ends the handler under way.</param>
    /// <exception cref="ProblemException"><see cref="PluginProblems.AccessDenied"/>.</exception>
    public async Task AuthorizeAsync(IReadOnlyList<string> words, CommandOutput output, CancellationToken cancel)
    {
        // Root can take out with plugn the plugin that denies everybody everything.
        if (output.Caller.WithinPlugin || catalog.Enabled.Count == 0 || (output.Caller.IsRoot && words is ["plugn", ..]))
        {
            return;
        }

        try
        {
            foreach (var (plugin, program) in catalog.Executables("user-auth"))
            {
                string[] arguments = [PluginEnvironment.UserOf(output.Caller), output.Caller.KeyName, .. words];
                await RunAsync(plugin, "user-auth", program, arguments, SharedInput.None, asRoot: false, output, cancel);
            }
        }
        catch (ProblemException e) when (e.Problem.Code.Id == PluginProblems.TriggerFailed.Id)
        {
            throw PluginProblems.Denied().AsException(e);
        }
    }

    private async Task RunAsync(
        string plugin,
        string trigger,
        string program,
        IReadOnlyList<string> arguments,
        SharedInput input,
        bool asRoot,
        CommandOutput output,
        CancellationToken cancel)
    {
        files.Ensure();
        var account = asRoot ? null : PluginAccount.Of(output.Caller, catalog.Folders.Roots);
        var status = await _programs.RunAsync(
            new PluginRun
            {
                Program = program,
                Arguments = arguments,
                Environment = environment.For(output.Caller, account),
                Account = account,
                Folder = catalog.Folders.Roots.Home,
                Input = input,
                Output = output,
            },
            cancel);
        if (status != 0)
        {
            throw PluginProblems.Failed(plugin, trigger, status).AsException();
        }
    }
}
