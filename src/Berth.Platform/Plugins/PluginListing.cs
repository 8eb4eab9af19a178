using System.Text.Json;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Plugins;

/// <summary>Shows the plugins there are, in the columns of plugn or as JSON.</summary>
public sealed class PluginListing(PluginCatalog catalog, TimeProvider time)
{
    /// <summary>The first line of the list; the release of plugn whose lines these are is not for users to rely on.</summary>
    public const string Header = "plugn: dev";

    private readonly GitProgram _git = new(time);

    /// <returns>A line for each plugin, without the header.</returns>
    public IEnumerable<string> Lines => catalog.All.Select(plugin =>
        $"  {plugin.Name,-20} {plugin.Version,-5} {(plugin.Enabled ? "enabled" : "disabled"),-10} {plugin.Description}".TrimEnd());

    public async Task PrintJsonAsync(CommandOutput output, CancellationToken cancel)
    {
        var infos = new List<PluginInfo>();
        foreach (var plugin in catalog.All)
        {
            infos.Add(await InfoOfAsync(plugin, cancel));
        }

        output.Line(JsonSerializer.Serialize([.. infos], PluginJson.Default.PluginInfoArray));
    }

    private async Task<PluginInfo> InfoOfAsync(Plugin plugin, CancellationToken cancel)
    {
        var info = new PluginInfo
        {
            Name = plugin.Name,
            Version = plugin.Version,
            Enabled = plugin.Enabled,
            Core = plugin.IsCore,
            Description = plugin.Description,
        };
        if (plugin.Folder is null || !Path.Exists($"{plugin.Folder}/.git"))
        {
            return info;
        }

        var branch = await AskAsync(plugin.Folder, ["rev-parse", "--abbrev-ref", "HEAD"], cancel);
        return info with
        {
            SourceUrl = await AskAsync(plugin.Folder, ["remote", "get-url", "origin"], cancel),
            Committish = await AskAsync(plugin.Folder, ["rev-parse", "HEAD"], cancel),
            Branch = branch == "HEAD" ? "" : branch,
        };
    }

    private async Task<string> AskAsync(string folder, string[] words, CancellationToken cancel)
    {
        try
        {
            var (status, output, _) = await _git.RunAsync(["-C", folder, .. words], null, cancel);
            return status == 0 ? output.Trim() : "";
        }
        catch (IOException)
        {
            // A machine without git still has a list.
            return "";
        }
    }
}
