using Berth.Client;
using Berth.Daemon;
using Berth.Edge;
using Berth.Platform.CommandLine;
using Berth.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Doctor;

/// <summary><c>berth doctor [app]</c>: looks at this machine, or at an app as a visitor would, and says what to do. Changes nothing.</summary>
internal static class DoctorCommand
{
    public static async Task<int> RunAsync(string[] words, StateRoots roots, Caller caller, CommandOutput output)
    {
        await using var services = new Services(
            roots, new EdgeOptions(), authority: null, new NoScheduler(), inDaemon: false, NullLoggerFactory.Instance);
        var record = DaemonRecordFile.Read(roots);
        var visitor = new AppVisit(services, record);
        var worst = FindingGrade.Ok;
        if (words is [var name, ..])
        {
            var app = services.Apps.Find(name);
            return Status(await TellAsync($"{app}", visitor.LookAsync(app)));
        }

        worst = await TellAsync("This machine", MachineCheck.LookAsync(roots, record));
        foreach (var app in services.Apps.List())
        {
            var grade = await TellAsync($"{app}", visitor.LookAsync(app));
            worst = grade > worst ? grade : worst;
        }

        return Status(worst);

        async Task<FindingGrade> TellAsync(string title, IAsyncEnumerable<Finding> findings)
        {
            output.Headline(title);
            var grade = FindingGrade.Ok;
            await foreach (var finding in findings)
            {
                Tell(output, finding, caller.Coloured && caller.OutputIsTerminal);
                grade = finding.Grade > grade ? finding.Grade : grade;
            }

            return grade;
        }
    }

    private static int Status(FindingGrade worst) => worst == FindingGrade.Fail ? 1 : 0;

    private static void Tell(CommandOutput output, Finding finding, bool coloured)
    {
        var (word, colour) = finding.Grade switch
        {
            FindingGrade.Ok => ("ok  ", "\x1b[32m"),
            FindingGrade.Warn => ("warn", "\x1b[33m"),
            _ => ("FAIL", "\x1b[31m"),
        };
        output.Detail($"{(coloured ? $"{colour}{word}\x1b[0m" : word)}  {finding.Text}");
        if (finding.Remedy is not null)
        {
            output.Detail($"      → {finding.Remedy}");
        }
    }
}
