using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Berth.Authority;

/// <summary>Runs a system's tool to its end.</summary>
internal static class Tool
{
    private const int MostKept = 16 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin").Split(':')
        .Append("/usr/sbin").Append("/sbin").Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <returns>Why it failed, in its own last words; null when it did not.</returns>
    public static (string? Fault, string Output) Run(string name, params string[] words) => Run(name, new Dictionary<string, string>(), Patience, words);

    /// <inheritdoc cref="Run(string, string[])"/>
    public static (string? Fault, string Output) Run(
        string name, IReadOnlyDictionary<string, string> environment, TimeSpan patience, params string[] words)
    {
        if ((name.Contains('/', StringComparison.Ordinal) ? name : Find(name)) is not { } path)
        {
            return ($"{name} is not installed", "");
        }

        var start = new ProcessStartInfo(path, words) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = Task.WhenAll(LastOfAsync(process.StandardOutput), LastOfAsync(process.StandardError));

        // What it started may keep its output open when it has ended itself.
        if (!process.WaitForExit(patience) || !said.Wait(patience))
        {
            process.Kill(entireProcessTree: true);
            return (string.Create(CultureInfo.InvariantCulture, $"{name} did not end within {patience.TotalSeconds:0.#} seconds"), "");
        }

        var text = string.Concat(said.Result);
        var last = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return (process.ExitCode == 0 ? null : last?.Trim() ?? string.Create(CultureInfo.InvariantCulture, $"{name} ended with {process.ExitCode}"), text);
    }
    // All of it is read, so that it is never held up; its end is kept.
    private static async Task<string> LastOfAsync(StreamReader from)
    {
        var (kept, buffer) = (new StringBuilder(), new char[4096]);
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            kept.Append(buffer, 0, read);
            kept.Remove(0, Math.Max(0, kept.Length - MostKept));
        }

        return kept.ToString();
    }
}
