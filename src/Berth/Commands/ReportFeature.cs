using System.Globalization;
using System.Runtime.InteropServices;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Commands;

/// <summary>The <c>report</c> command: what someone who helps wants to know of this server, and of one app or all.</summary>
/// <param name="apps">The apps.</param>
/// <param name="listing">The plugins.</param>
/// <param name="triggers">Asks plugins for theirs.</param>
/// <param name="features">Whose reports are printed, in order.</param>
/// <param name="inDaemon">Whether reports that need the daemon can be had.</param>
internal sealed class ReportFeature(
    AppCatalog apps, PluginListing listing, PluginTriggers triggers, Func<IReadOnlyList<IFeature>> features, bool inDaemon) : IFeature
{
    public string Name => "report";

    public string Description => "Report on this server and its apps";

    public IEnumerable<Command> Commands => [new("report", "[<app>|--all]", "Print what is needed to find a fault, of the server and of an app", RunAsync)];

    private async Task<int> RunAsync(CommandCall call)
    {
        var word = call.Words.Count > 0 ? call.Words[0] : null;
        if (word == "--format" || word?.StartsWith("--format=", StringComparison.Ordinal) == true)
        {
            throw CommandLineProblems.Missing("--format flag not supported on global report", "Each feature's own report has it: `berth apps:report --format json`.").AsException();
        }

        var asked = word switch
        {
            null => [],
            "--all" => apps.List(),
            _ => [apps.Find(word)],
        };
        await VitalsAsync(call);
        foreach (var app in asked)
        {
            await ReportAsync(call, app);
        }

        return 0;
    }

    private async Task VitalsAsync(CommandCall call)
    {
        var output = call.Output;
        output.Step($"uname: {Uname()}");
        output.Step("memory: ");
        foreach (var line in MemoryTable.Read())
        {
            output.Detail(line);
        }

        output.Step("docker version: ");
        output.Detail("not asked: apps run as plain processes");
        output.Step($"git version: {await GitVersionAsync(call.Cancel)}");
        output.Step($"dokku version: dokku version {VersionCommand.Contract}");
        output.Step($"berth version: {VersionCommand.Berth}");
        output.Step($"plugn version: {PluginListing.Header}");
        output.Step("dokku plugins: ");
        foreach (var line in listing.Lines)
        {
            output.Detail(line);
        }
    }

    private async Task ReportAsync(CommandCall call, AppName app)
    {
        var reports = features().SelectMany(feature => feature.Commands)
            .Where(command => command.Name == $"{command.Feature}:report" && (inDaemon || !command.NeedsDaemon));
        foreach (var report in reports)
        {
            await report.Run(new CommandCall
            {
                Words = [app.Text],
                Caller = call.Caller,
                Output = call.Output,
                OpenInput = call.OpenInput,
                Cancel = call.Cancel,
            });
        }

        await triggers.FireAsync("report", [app.Text], call.Output, call.Cancel);
    }

    private static string Uname() => string.Create(
        CultureInfo.InvariantCulture,
        $"Linux {Environment.MachineName} {First("/proc/sys/kernel/osrelease")} {First("/proc/sys/kernel/version")} {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()} GNU/Linux");

    private static string First(string file)
    {
        try
        {
            return Printable.Of(File.ReadAllText(file).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }

    private static async Task<string> GitVersionAsync(CancellationToken cancel)
    {
        try
        {
            return await GitProgram.VersionAsync(TimeProvider.System, cancel);
        }
        catch (IOException e)
        {
            return $"none ({Printable.Of(e.Message)})";
        }
    }
}
