using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Config;
using Berth.Platform.Domains;

namespace Berth.Platform.Completion;

/// <summary>What there is to choose from on this machine. State that the caller may not read is nothing to choose from.</summary>
public sealed class CompletionSources(AppCatalog apps, DomainStore domains, ConfigStore config)
{
    public IEnumerable<string> Apps() => Quietly(() => apps.List().Select(app => app.Text));

    public IEnumerable<string> DomainsOf(string? app) =>
        AppName.TryParse(app, out var name) ? Quietly(() => domains.Read(name).Lines.Select(line => line.Text)) : [];

    public IEnumerable<string> ConfigKeysOf(string? app) =>
        app == "--global" ? Quietly(() => config.Read(null).Keys)
        : AppName.TryParse(app, out var name) ? Quietly(() => config.Read(name).Keys)
        : [];

    private static IEnumerable<string> Quietly(Func<IEnumerable<string>> read)
    {
        try
        {
            return [.. read()];
        }
        catch (ProblemException)
        {
            // A prompt is no place to report it; the command itself will.
            return [];
        }
    }
}
