using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Doctor;

/// <summary><c>berth doctor [app]</c>: looks at this machine, or at an app as a visitor would, and says what to do. Changes nothing.</summary>
internal static class DoctorCommand
{
    public static async Task<int> RunAsync(string[] words, StateRoots roots, Caller caller, CommandOutput output)
    {
        if (words is ["--help" or "-h", ..] || words.Any(word => word.StartsWith('-')))
        {
            return Help(words, caller, output);
        }

        if (words is [_, var more, ..])
        {
            throw ProgramProblems.BadOption($"berth doctor takes no further word: {Printable.Of(more)}", "Look at one app at a time, or at all of them: `berth doctor`.").AsException();
        }

        await using var services = new Services(
            roots, new EdgeOptions(), new AuthorityAtRest(roots), new NoScheduler(), inDaemon: false, NullLoggerFactory.Instance);
        var asked = words is [var name, ..] ? services.Apps.Find(name) : null;
        var daemon = DaemonLook.At(roots);
        var visitor = new AppVisit(services, roots, daemon.Record);
        var worst = asked is null ? Tell(output, caller, "This machine", MachineCheck.Look(roots, daemon, services.Notices.Undelivered()))
            : daemon.Record is null ? Tell(output, caller, "This machine", [daemon.Finding])
            : FindingGrade.Ok;
        foreach (var app in asked is null ? services.Apps.List() : [asked])
        {
            worst = Worse(worst, Tell(output, caller, app.Text, await LookAsync(visitor, app)));
        }

        return worst == FindingGrade.Fail ? 1 : 0;
    }

    private static async Task<IReadOnlyList<Finding>> LookAsync(AppVisit visitor, AppName app)
    {
        var findings = new List<Finding>();
        try
        {
            await foreach (var finding in visitor.LookAsync(app))
            {
                findings.Add(finding);
            }
        }
        catch (ProblemException e)
        {
            // One app's files that cannot be read hide no other's.
            findings.Add(Finding.Fail(e.Problem.Found, Sentences.Standing(e.Problem.Remedy, app)));
        }

        return findings;
    }

    private static int Help(string[] words, Caller caller, CommandOutput output)
    {
        if (words is not ["--help" or "-h", ..])
        {
            throw ProgramProblems.BadOption($"berth doctor knows no option '{Printable.Of(words.First(word => word.StartsWith('-')))}'.", "`berth doctor --help` shows what it takes.").AsException();
        }

        output.Line($"Usage: {caller.Program} doctor [<app>]");
        output.Line();
        output.Line("Looks at this machine and all apps, or at one app as a visitor would, and says what to do. It changes nothing.");
        output.Line("The exit status is 1 when something does not work.");
        return 0;
    }

    private static FindingGrade Tell(CommandOutput output, Caller caller, string title, IEnumerable<Finding> findings)
    {
        output.Headline(title);
        var worst = FindingGrade.Ok;
        foreach (var finding in findings)
        {
            var (word, tint) = finding.Grade switch
            {
                FindingGrade.Ok => ("ok  ", Tint.Green),
                FindingGrade.Warn => ("warn", Tint.Yellow),
                _ => ("FAIL", Tint.Red),
            };
            output.Marked(word, tint, caller.AsCalled(finding.Text));
            if (finding.Remedy is not null)
            {
                output.Detail($"      → {caller.AsCalled(finding.Remedy)}");
            }

            worst = Worse(worst, finding.Grade);
        }

        return worst;
    }

    private static FindingGrade Worse(FindingGrade one, FindingGrade other) => one > other ? one : other;
}
