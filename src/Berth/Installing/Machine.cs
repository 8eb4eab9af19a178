using System.Diagnostics;
using Berth.Kernel;

namespace Berth.Installing;

/// <summary>The machine to install on: the running one, or the tree of one that is being prepared (<c>--root</c>).</summary>
/// <param name="root"><c>/</c>, or the tree's folder.</param>
internal sealed class Machine(string root)
{
    private static readonly string[] ProgramFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    private readonly string _root = Path.TrimEndingDirectorySeparator(root);

    /// <summary>Whether it is this machine, whose programs can be started and stopped.</summary>
    public bool IsLive => _root.Length == 0 || _root == "/";

    public bool HasSystemd => IsLive && Directory.Exists("/run/systemd/system");

    /// <summary>Where a path of the machine lies for this process.</summary>
    public string At(string path) => IsLive ? path : _root + path;

    /// <returns>The program's path, or null when the machine that runs now has none of that name.</returns>
    public static string? FindProgram(string name) => ProgramFolders.Select(folder => $"{folder}/{name}").FirstOrDefault(File.Exists);

    /// <summary>Options that make the account programs work on the tree.</summary>
    public IReadOnlyList<string> AccountOptions => IsLive ? [] : ["--prefix", _root];

    public MachineAccount? FindAccount(string name) => MachineAccount.FindIn(ReadOrEmpty("/etc/passwd"), name);

    public bool HasGroup(string name) => ReadOrEmpty("/etc/group").Split('\n').Any(line => line.StartsWith(name + ":", StringComparison.Ordinal));

    /// <summary>Runs one of the system's programs, which must succeed.</summary>
    /// <exception cref="ProblemException">It is not there, or says no.</exception>
    public static void Run(string name, params IEnumerable<string> arguments)
    {
        var (status, said) = TryRun(name, arguments);
        if (status != 0)
        {
            throw InstallProblems.ProgramFailed(name, status, said).AsException();
        }
    }

    /// <returns>Its exit status (127 when there is no such program), and all it printed.</returns>
    public static (int Status, string Said) TryRun(string name, params IEnumerable<string> arguments)
    {
        if (FindProgram(name) is not { } program)
        {
            return (127, "there is no such program");
        }

        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        // State of a trial is no business of the machine's own daemon.
        start.Environment.Remove("DOKKU_ROOT");
        start.Environment.Remove("DOKKU_LIB_ROOT");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private string ReadOrEmpty(string path) => File.Exists(At(path)) ? File.ReadAllText(At(path)) : "";
}
