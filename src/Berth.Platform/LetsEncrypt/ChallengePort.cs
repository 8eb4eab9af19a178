using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// An ACME server asks for its proof on port 80. An app whose mappings leave that port out gets one to the port that its first http (or
/// https) mapping leads to; the new mapping stays, so that renewals find it.
/// </summary>
public sealed class ChallengePort(IStateStore store)
{
    /// <exception cref="ProblemException">The app has mappings, and none is for http or https.</exception>
    public void Ensure(AppName app, CommandOutput output)
    {
        // The plugin's webroot. Nothing is served from it, but scripts, and a server that goes back to the plugin, find it.
        store.EnsureFolder(StatePath.Lib("data", "letsencrypt", app.Text), PrivateFolder.PublicRead);
        var (set, detected) = (Lines(app, "map"), Lines(app, "map-detected"));
        var mappings = set.Length > 0 ? set : detected;
        if (mappings.Length == 0 || mappings.Any(line => line.StartsWith("http:80:", StringComparison.Ordinal)))
        {
            return;
        }

        var target = TargetOf(mappings, "http:") ?? TargetOf(mappings, "https:") ?? throw LetsEncryptProblems.NoPort(app).AsException();
        output.Step($"Adding http:80:{target} port mapping to {app} for ACME HTTP-01 challenge...");
        store.Write(Map(app, "map"), string.Concat(mappings.Prepend($"http:80:{target}").Select(line => line + "\n")));
    }

    private static string? TargetOf(string[] mappings, string scheme) => mappings
        .Where(line => line.StartsWith(scheme, StringComparison.Ordinal))
        .Select(line => line.Split(':') is [_, _, var target] && ushort.TryParse(target, out var port) && port > 0 ? target : null)
        .FirstOrDefault(target => target is not null);

    private string[] Lines(AppName app, string key) =>
        (store.Read(Map(app, key)) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static StatePath Map(AppName app, string key) => StatePath.Lib("config", "ports", app.Text, key);
}
