using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>The <c>plugin:*</c> commands.</summary>
public sealed class PluginFeature(PluginCatalog catalog, PluginInstaller installer, PluginListing listing, PluginTriggers triggers) : IFeature
{
    public string Name => "plugin";

    public string Description => "Manage installed plugins";

    public IEnumerable<Command> Commands =>
    [
        new("plugin:disable", "<name>", "Disable an installed plugin (third-party only)", Disable) { NeedsRoot = true },
        new("plugin:enable", "<name>", "Enable a previously disabled plugin", Enable) { NeedsRoot = true },
        new("plugin:install", "[--core|<git-url>] [--committish branch|commit|tag] [--name custom-plugin-name] [--skip-install-trigger]",
            "Optionally fetch a plugin (and pin it to a branch, commit or tag) & run the install trigger of active plugins", InstallAsync) { NeedsRoot = true },
        new("plugin:install-dependencies", "[--core]", "Run the dependencies trigger of active plugins", DependenciesAsync) { NeedsRoot = true },
        new("plugin:installed", "<name>", "Check if a plugin is installed", Installed),
        new("plugin:list", "[--format stdout|json]", "Print active plugins", ListAsync),
        new("plugin:trigger", "<args...>", "Trigger an arbitrary plugin hook", TriggerAsync) { NeedsRoot = true, Follows = true },
        new("plugin:uninstall", "<name>", "Uninstall a plugin (third-party only)", UninstallAsync) { NeedsRoot = true },
        new("plugin:update", "[name [branch|commit|tag]]",
            "Optionally update a plugin from git (and pin it) & run the update trigger of active plugins", UpdateAsync) { NeedsRoot = true },
    ];

    private async Task<int> ListAsync(CommandCall call)
    {
        switch (call.Parse([], ["--format"]).Value("--format"))
        {
            case "json":
                await listing.PrintJsonAsync(call.Output, call.Cancel);
                return 0;
            case null or "stdout":
                call.Output.Line(PluginListing.Header);
                foreach (var line in listing.Lines)
                {
                    call.Output.Line(line);
                }

                return 0;
            default:
                throw PluginProblems.UnknownFormat().AsException();
        }
    }

    private Task<int> Installed(CommandCall call) => Task.FromResult(
        call.Parse().At(0) is { } word && catalog.All.Any(plugin => plugin.Name == word) ? 0 : 1);

    private async Task<int> InstallAsync(CommandCall call)
    {
        var words = call.Parse(["--core", "--skip-install-trigger"], ["--committish", "--name", "--git-url"]);
        if (words.Has("--core"))
        {
            if (words.Positional.Count > 0)
            {
                Say(call, "Cannot install additional core plugins, running core plugin install trigger");
            }

            return 0;
        }

        if ((words.Value("--git-url") ?? words.At(0)) is { } address)
        {
            if (!PluginSource.TryParse(address, out var source, out var reason))
            {
                throw PluginProblems.InvalidSource(address, reason).AsException();
            }

            if (source.IsLetsEncrypt)
            {
                Say(call, $"{CorePlugins.LetsEncrypt} is built in: there is nothing to install");
                return 0;
            }

            await TakeInAsync(call, source, words.Value("--name") ?? (words.Value("--git-url") is null ? words.At(1) : null), words.Value("--committish"));
        }

        return words.Has("--skip-install-trigger") ? 0 : await FireAsync(call, "install");
    }

    private async Task TakeInAsync(CommandCall call, PluginSource source, string? called, string? committish)
    {
        var name = called is null ? PluginName.OfAddress(source.Address) : PluginName.Parse(called);
        if (CorePlugins.Has(name.Text))
        {
            throw PluginProblems.Core("install", name.Text).AsException();
        }

        var verb = source.Kind == PluginSourceKind.Git ? "Cloning plugin repo" : "Copying plugin";
        Say(call, $"{verb} {Printable.Of(source.Address)} to {catalog.FolderOf(name)}");
        await installer.InstallAsync(source, name, committish, call.Output, call.Cancel);
        if (!catalog.IsEnabled(name))
        {
            installer.Enable(name);
        }

        Say(call, $"Plugin {name} enabled");
        if (NginxUse.In(catalog.FolderOf(name)))
        {
            call.Output.Warn($"{name} writes configuration for nginx, which Berth's edge does not read: its commands run, and what it asks of nginx has no effect on requests");
        }

        if (committish is not null)
        {
            call.Output.Line($"Plugin ({name}) updated and pinned to {Printable.Of(committish)}");
        }
    }

    private async Task<int> DependenciesAsync(CommandCall call) => call.Parse(["--core"]).Has("--core") ? 0 : await FireAsync(call, "dependencies");

    private Task<int> Enable(CommandCall call)
    {
        var name = ThirdParty(call, "enable", core: PluginProblems.AlreadyEnabled);
        installer.Enable(name);
        Say(call, $"Plugin {name} enabled");
        return Task.FromResult(0);
    }

    private Task<int> Disable(CommandCall call)
    {
        var name = ThirdParty(call, "disable", core: null);
        installer.Disable(name);
        Say(call, $"Plugin {name} disabled");
        return Task.FromResult(0);
    }

    private async Task<int> UninstallAsync(CommandCall call)
    {
        var name = ThirdParty(call, "uninstall", core: null);
        if (!catalog.IsAvailable(name))
        {
            throw PluginProblems.Missing($"Plugin ({name}) is not currently installed", name).AsException();
        }

        await FireAsync(call, "uninstall", name.Text);
        installer.Uninstall(name);
        Say(call, $"Plugin {name} uninstalled");
        return 0;
    }

    private async Task<int> UpdateAsync(CommandCall call)
    {
        var words = call.Parse();
        if (words.At(0) is { } word)
        {
            if (word == CorePlugins.LetsEncrypt)
            {
                Say(call, $"{CorePlugins.LetsEncrypt} is built in: it is updated with Berth itself");
                return 0;
            }

            var name = PluginName.Parse(word);
            if (CorePlugins.Has(word))
            {
                throw PluginProblems.Core("update", word).AsException();
            }

            if (!catalog.IsAvailable(name) || !catalog.IsEnabled(name))
            {
                throw PluginProblems.Missing("Specified plugin not enabled or installed", name).AsException();
            }

            call.Output.Line(await installer.UpdateAsync(name, words.At(1), call.Cancel));
        }

        return await FireAsync(call, "update");
    }

    private async Task<int> TriggerAsync(CommandCall call)
    {
        var trigger = call.Words.Count > 0 ? call.Words[0] : throw PluginProblems.InvalidTrigger("").AsException();
        await triggers.FireAsync(trigger, [.. call.Words.Skip(1)], new SharedInput(call.OpenInput), asRoot: true, call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> FireAsync(CommandCall call, string trigger, params string[] arguments)
    {
        await triggers.FireAsync(trigger, arguments, SharedInput.None, asRoot: true, call.Output, call.Cancel);
        return 0;
    }

    private static PluginName ThirdParty(CommandCall call, string action, Func<PluginName, Problem>? core)
    {
        var word = call.Parse().At(0) ?? throw PluginProblems.Unnamed(action).AsException();
        var name = PluginName.Parse(word);
        return CorePlugins.Has(word) ? throw (core?.Invoke(name) ?? PluginProblems.Core(action, word)).AsException() : name;
    }

    private static void Say(CommandCall call, string text)
    {
        if (!call.Caller.Quiet)
        {
            call.Output.Step(text);
        }
    }
}
