using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Berth.Kernel;

namespace Berth.Acme.Dns.Providers;

/// <summary>
/// A program that changes the records, called as lego calls it (https://go-acme.github.io/lego/dns/exec/): <c>present</c> or
/// <c>cleanup</c>, the record's name with a trailing dot, its value; with <c>EXEC_MODE=RAW</c> instead <c>--</c>, the domain, the
/// token and the key authorization; with all settings in its environment, and never two of it at once. Started with an argument list, never
/// through a shell.
/// </summary>
internal sealed class ExternalProgram : IDnsProvider
{
    private const int MostLines = 20;
    private const int LongestLine = 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private readonly string _program;
    private readonly bool _raw;
    private readonly DnsRights _rights;
    private readonly IReadOnlyDictionary<string, string> _settings;

    internal ExternalProgram(DnsSettings settings)
    {
        _program = settings.Require("EXEC_PATH");
        _rights = settings.Rights;
        _settings = settings.Values;
        _raw = settings.Find("EXEC_MODE")?.ToUpperInvariant() switch
        {
            null => false,
            "RAW" => true,
            _ => throw DnsProblems.BadSetting(Code, "EXEC_MODE", "it is neither RAW nor empty").AsException(),
        };
        Patience = settings.Patience("EXEC", 60, 2);
    }

    public string Code => "exec";

    public DnsPatience Patience { get; }

    public bool NeedsZone => false;

    public ValueTask AddAsync(DnsChange change, CancellationToken cancel) => RunAsync("present", $"add {change.Name}", change, cancel);

    public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel) => RunAsync("cleanup", $"remove {change.Name}", change, cancel);

    // It may edit one file for all names.
    string IDnsProvider.TurnOf(DnsChange change) => $"exec {_program}";

    string IDnsProvider.Spoken => $"the program {Printable.Of(_program)}";

    Problem IDnsProvider.TooSlow(string limit) =>
        DnsProblems.BadProgram(_program, "change a record", _raw ? "present -- DOMAIN TOKEN KEY-AUTHORIZATION" : "present NAME VALUE", $"it did not end within {limit}", []);

    /// <summary>Why a program cannot be started; null where it may be.</summary>
    internal static Problem? Look(string program) => !program.Contains('/', StringComparison.Ordinal)
        ? SearchPath.Any(folder => File.Exists(Path.Join(folder, program))) ? null : DnsProblems.NoProgram(program, "no program of that name is found; give its whole path")
        : !File.Exists(program) ? DnsProblems.NoProgram(program, "there is no such file")
        : (File.GetUnixFileMode(program) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) == 0
            ? DnsProblems.NoProgram(program, "it is not executable")
            : null;

    private static IEnumerable<string> SearchPath => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);

    private async ValueTask RunAsync(string action, string doing, DnsChange change, CancellationToken cancel)
    {
        string[] arguments = _raw
            ? [action, "--", change.Task.Identifier.Value, change.Task.Token, change.Task.KeyAuthorization]
            : [action, change.Name + ".", change.Value];
        var start = new ProcessStartInfo(_program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _settings.Where(setting => IsVariable(setting.Key)))
        {
            start.Environment[name] = value;
        }

        using var process = Begin(start);
        process.StandardInput.Close();
        ConcurrentQueue<string> output = new(), errors = new();
        var said = Task.WhenAll(ReadAsync(process.StandardOutput, output), ReadAsync(process.StandardError, errors));
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            // What it has left running may hold its outputs for as long as it likes.
            await Task.WhenAny(said, Task.Delay(Farewell, TimeProvider.System, cancel));
            throw DnsProblems.BadProgram(_program, doing, string.Join(' ', arguments), $"it ended with status {process.ExitCode}", [.. output, .. errors]).AsException();
        }
    }

    private static bool IsVariable(string name) => name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');

    private Process Begin(ProcessStartInfo start)
    {
        try
        {
            _rights.Become(start);
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw DnsProblems.NoProgram(_program, new Win32Exception(e.NativeErrorCode).Message).AsException(e);
        }
    }

    // However much it prints, and in however long lines.
    private static async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        var (buffer, line) = (new char[LongestLine], new StringBuilder());
        while (await reader.ReadAsync(buffer) is > 0 and var read)
        {
            foreach (var letter in buffer[..read])
            {
                if (letter == '\n')
                {
                    Keep(lines, line);
                }
                else if (line.Length < LongestLine)
                {
                    line.Append(letter);
                }
            }
        }

        if (line.Length > 0)
        {
            Keep(lines, line);
        }
    }

    private static void Keep(ConcurrentQueue<string> lines, StringBuilder line)
    {
        lines.Enqueue(line.ToString().TrimEnd('\r'));
        line.Clear();
        if (lines.Count > MostLines)
        {
            lines.TryDequeue(out _);
        }
    }
}
