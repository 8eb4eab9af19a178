using System.Diagnostics;
using Berth.Client;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Installing;

/// <summary><c>berth install</c>: makes this machine one that serves apps. Looks first, changes what is missing, and says each thing it does.</summary>
internal sealed class InstallCommand(InstallOptions options, CommandOutput output)
{
    private static readonly StateRoots Standard = new(Places.Home, Places.Lib);
    private readonly Machine _machine = new(options.Root);

    public static Task<int> RunAsync(string[] words, CommandOutput output)
    {
        if (words is ["--help" or "-h", ..])
        {
            output.Line(InstallOptions.Usage);
            return Task.FromResult(0);
        }

        var options = InstallOptions.Parse("install", words);
        return CurrentUser.IsRoot ? new InstallCommand(options, output).RunAsync() : throw CommandLineProblems.NeedsRoot().AsException();
    }

    private async Task<int> RunAsync()
    {
        CheckTree();
        CheckAccount();
        CheckOtherDokku();
        CheckPorts();
        var program = IsPackaged ? Places.PackagedProgram : Places.Program;
        var updated = !IsPackaged && Steps.Program(_machine, program).Missing() is not null;
        var steps = InstallPlan.For(_machine, program);
        var wanted = steps.Select(step => step.Missing()).OfType<string>().ToArray();
        if (options.DryRun)
        {
            Preview(wanted);
            return 0;
        }

        output.Headline($"Installing Berth {VersionCommand.Berth}");
        Apply(steps);
        if (wanted.Length == 0)
        {
            output.Step("Everything is in place, nothing to do");
        }

        await FirstSteps.ApplyAsync(options, _machine, output);
        StartDaemon(program, updated);
        return 0;
    }

    private static bool IsPackaged => Environment.ProcessPath == Places.PackagedProgram;

    private void Apply(IReadOnlyList<InstallStep> steps)
    {
        foreach (var step in steps)
        {
            // Asked again: a step before it may have brought it about.
            if (step.Missing() is { } what)
            {
                output.Step($"{char.ToUpperInvariant(what[0])}{what[1..]}");
                step.Do();
            }
        }
    }

    private void Preview(string[] wanted)
    {
        output.Headline("berth install would, in this order");
        foreach (var what in wanted.DefaultIfEmpty("do nothing: everything is in place"))
        {
            output.Detail(what);
        }

        if (_machine.IsLive && !options.NoStart && !IsServing())
        {
            output.Detail(_machine.HasSystemd ? "start the daemon as systemd's berth.service, now and at every start" : "start the daemon");
        }

        output.Detail("Nothing was changed.");
    }

    private void CheckTree()
    {
        foreach (var needed in new[] { "/etc/passwd", "/etc/group" })
        {
            if (!File.Exists(_machine.At(needed)))
            {
                throw InstallProblems.NoTree(options.Root, needed).AsException();
            }
        }
    }

    private void CheckAccount()
    {
        if (_machine.FindAccount(Places.Account) is { } account && Path.TrimEndingDirectorySeparator(account.Home) != Places.Home)
        {
            throw InstallProblems.OtherHome(account.Home).AsException();
        }
    }

    private void CheckOtherDokku()
    {
        foreach (var path in new[] { Places.DokkuLink, Places.DokkuFromSource })
        {
            if (!options.TakeOver && Path.Exists(_machine.At(path)) && !Steps.IsOwnLink(_machine, path))
            {
                throw InstallProblems.OtherDokku(path).AsException();
            }
        }
    }

    /// <summary>Before anything is changed: a machine half installed, whose daemon cannot start, would help nobody.</summary>
    private void CheckPorts()
    {
        if (!_machine.IsLive || options.NoStart || options.DryRun || IsServing())
        {
            return;
        }

        foreach (var port in new[] { 80, 443 })
        {
            if (PortHolder.Find(port) is { } holder)
            {
                throw InstallProblems.Held(port, holder).AsException();
            }
        }
    }

    private static bool IsServing()
    {
        using var client = ControlClient.TryConnect(Standard);
        return client is not null;
    }

    private void StartDaemon(string program, bool updated)
    {
        if (!_machine.IsLive || options.NoStart)
        {
            output.Headline($"Berth is installed; start it with {(_machine.HasSystemd ? "systemctl start berth" : $"{program} serve")}");
            return;
        }

        if (_machine.HasSystemd)
        {
            Machine.Run("systemctl", "enable", "--quiet", "berth.service");
            Machine.Run("systemctl", updated ? "restart" : "start", "berth.service");
            output.Headline("Berth is installed and starts with this machine (systemctl status berth)");
            return;
        }

        if (IsServing())
        {
            output.Headline(updated
                ? "Berth is installed; the daemon still runs as the older version, until it is started anew"
                : "Berth is installed and serving");
            return;
        }

        StartDetached(program);
    }

    private void StartDetached(string program)
    {
        var start = new ProcessStartInfo(program, ["serve", "--detach"]) { WorkingDirectory = "/" };
        start.Environment.Remove("DOKKU_ROOT");
        start.Environment.Remove("DOKKU_LIB_ROOT");
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw InstallProblems.ProgramFailed($"{program} serve", process.ExitCode, "its own words are above").AsException();
        }

        output.Headline("Berth is installed and serving");
        output.Detail("systemd does not run here, so nothing starts the daemon after a reboot.");
        output.Detail($"Let whatever starts this machine run: {program} serve");
    }
}
