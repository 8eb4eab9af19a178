using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Berth.TestKit;

/// <summary>A real program of one test's own, ended with it.</summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _said = new();
    private readonly EventHandler _endWithUs;

    private RunningProgram(Process process)
    {
        _process = process;
        _endWithUs = (_, _) => Kill();
        AppDomain.CurrentDomain.ProcessExit += _endWithUs;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Exited += (_, _) => _lines.Writer.TryComplete();
    }

    /// <param name="path">The program.</param>
    /// <param name="arguments">Its argument list.</param>
    /// <param name="environment">Added to this process's.</param>
    public static RunningProgram Start(
        string path, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var program = new RunningProgram(new Process { StartInfo = start, EnableRaisingEvents = true });
        program._process.Start();
        program._process.BeginOutputReadLine();
        program._process.BeginErrorReadLine();
        return program;
    }

    public bool HasExited => _process.HasExited;

    public int ProcessId => _process.Id;

    /// <summary>Every line it has printed so far, on either stream.</summary>
    public IReadOnlyList<string> Said => [.. _said];

    /// <summary>kill -9, of this process alone: what it started lives on.</summary>
    public void KillAlone() => _process.Kill();

    /// <summary>Asks it to end as systemd would.</summary>
    public Task TerminateAsync() => SignalAsync("TERM");

    /// <param name="signal">Its name, such as <c>STOP</c>.</param>
    public Task SignalAsync(string signal) =>
        ExternalProgram.SucceedAsync("kill", ["-" + signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);

    public Task EndedAsync() => _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

    /// <summary>Waits for a line of output that holds the text.</summary>
    /// <returns>False when the program ended without it.</returns>
    public async Task<bool> SaysAsync(string text, CancellationToken cancel)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(cancel))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= _endWithUs;
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _said.Enqueue(line);
            _lines.Writer.TryWrite(line);
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }
}
