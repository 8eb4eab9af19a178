using System.Diagnostics;

namespace Berth.Authority;

/// <summary>Runs a system's tool to its end.</summary>
internal static class Tool
{
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
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            return ($"{name} did not end within {patience.TotalMinutes} minutes", "");
        }

        var said = output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult();
        var last = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
        return (process.ExitCode == 0 ? null : last?.Trim() ?? $"{name} ended with {process.ExitCode}", said);
    }
}
