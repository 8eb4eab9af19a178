using System.Diagnostics;

namespace Berth.Edge.Tests.Support;

/// <summary>Runs an independent program.</summary>
internal static class Tool
{
    /// <summary>Asks the edge with curl: the server name in TLS and the Host header can differ.</summary>
    /// <returns>Status and body, as <c>200 hello</c>.</returns>
    internal static Task<string> CurlAsync(TestEdge edge, string serverName, string host, string version = "--http1.1") => RunAsync(
        "curl", "-sSk", version, "-H", $"Host: {host}", "-w", "%{stderr}%{http_code} ",
        "--resolve", $"{serverName}:{edge.Server.HttpsPort}:127.0.0.1", $"https://{serverName}:{edge.Server.HttpsPort}/");

    /// <returns>What it printed, errors first.</returns>
    internal static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        process.StandardInput.Close();
        var cancel = TestContext.Current.CancellationToken;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return await errors + await output;
    }
}
