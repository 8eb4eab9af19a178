using System.Text.RegularExpressions;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;
using Berth.Platform.Properties;

namespace Berth.Platform.Registries;

/// <summary>The <c>registry:*</c> commands. The embedded scheduler pulls and pushes no images: what is set is kept for one that does.</summary>
public sealed partial class RegistryFeature(PropertyStore properties, CredentialStore credentials, ITriggers triggers, AppCatalog apps) : IFeature
{
    private const string Repository = "image-repo";
    private const string Template = "image-repo-template";
    private const string Server = "server";
    private const int LongestPassword = 64 * 1024;

    private static readonly Report Report = new("registry-", "registry information") { KeepsPrefixToo = true };

    private readonly SettingTable _settings = new(
        "registry",
        properties,
        new Setting(Repository) { ForAll = false },
        new Setting(Template),
        new Setting("push-extra-tags"),
        new Setting("push-on-release", "false"),
        new Setting(Server));

    public string Name => "registry";

    public string Description => "Manage registry settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("registry:login", "[--global|--password-stdin] [<app>] <server> <username> [<password>]", "Login to a docker registry", LoginAsync),
        new("registry:logout", "[--global] [<app>] <server>", "Logout from a docker registry", LogoutAsync),
        new("registry:report", "[<app>|--global] [--format json] [<flag>]", "Displays a registry report for one or more apps", ReportAsync),
        new("registry:set", "<app>|--global <property> (<value>)", "Set or clear a registry property for an app", SetAsync) { Keys = _settings.Keys },
    ];

    private async Task<int> LoginAsync(CommandCall call)
    {
        var words = call.Parse(["--global", "--password-stdin"]);
        var fromInput = words.Has("--password-stdin");
        var forAll = fromInput ? 2 : 3;
        var named = !words.Has("--global") && words.Positional.Count > forAll;
        if (!words.Has("--global") && words.Positional.Count == forAll)
        {
            call.Output.Warn("Deprecated: please use --global flag for global registry login");
        }

        var first = named ? 1 : 0;
        var password = fromInput ? await PasswordAsync(call) : words.At(first + 2) ?? "";
        var (server, user) = (Given(words.At(first), "server"), Given(words.At(first + 1), "username"));
        Given(password, "password");
        var app = named ? apps.Find(words.At(0)) : null;
        var address = RegistryServer.Parse(server);
        if (user.Contains(':', StringComparison.Ordinal) || user.Any(char.IsControl))
        {
            throw RegistryProblems.Missing("valid username").AsException();
        }

        await credentials.SetAsync(app, address, user, password, call.Cancel);
        call.Output.Warn(app is null ? "Login Succeeded for global registry" : $"Login Succeeded for {app}");
        if (call.Caller.ErrorIsTerminal)
        {
            call.Output.ErrorLine($"       The credentials are kept. Whether {address} takes them shows when an image is pulled or pushed.");
        }

        await triggers.FireAsync("post-registry-login", [address.Text, user], call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> LogoutAsync(CommandCall call)
    {
        var words = call.Parse(["--global"]);
        var named = !words.Has("--global") && words.Positional.Count > 1;
        var server = RegistryServer.Parse(Given(words.At(named ? 1 : 0), "server"));
        var app = named ? apps.Find(words.At(0)) : null;
        if (app is not null && !credentials.HasFile(app))
        {
            throw RegistryProblems.NoCredentials(app).AsException();
        }

        await credentials.RemoveAsync(app, server, call.Cancel);
        return 0;
    }

    private Task<int> SetAsync(CommandCall call)
    {
        _settings.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => Report.PrintAsync(call, apps, ValuesOf, ValuesOfAll);

    private Dictionary<string, string> ValuesOf(AppName app)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        _settings.AddTo(values, app);
        values["registry-computed-image-repo"] = RepositoryOf(app);
        values["registry-computed-server"] = Computed(_settings.Effective(app, Server));
        values["registry-tag-version"] = properties.Get("registry", app.Text, "tag-version")?.Trim() ?? "";
        return values;
    }

    private Dictionary<string, string> ValuesOfAll()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        _settings.AddGlobalTo(values);
        values["registry-computed-image-repo-template"] = _settings.ForAll(Template) ?? "";
        values["registry-computed-push-extra-tags"] = _settings.ForAll("push-extra-tags") ?? "";
        values["registry-computed-push-on-release"] = _settings.ForAll("push-on-release") ?? "false";
        values["registry-computed-server"] = Computed(_settings.ForAll(Server) ?? "");
        return values;
    }

    /// <summary>The repository images get: the app's own, else what the template makes of its name, else <c>dokku/&lt;app&gt;</c>.</summary>
    private string RepositoryOf(AppName app)
    {
        if (_settings.Own(app, Repository)?.Trim() is { Length: > 0 } own)
        {
            return own;
        }

        var made = AppNameField().Replace(_settings.Effective(app, Template), app.Text).Trim();
        return made.Length > 0 ? made : $"dokku/{app}";
    }

    /// <summary>Docker Hub is what no server means; any other has a slash behind it.</summary>
    private static string Computed(string server) => server.Trim().TrimEnd('/') switch
    {
        "" or "docker.io" or "hub.docker.com" => "",
        var host => $"{host}/",
    };

    private static async Task<string> PasswordAsync(CommandCall call)
    {
        using var reader = new StreamReader(call.OpenInput());
        var buffer = new char[LongestPassword];
        var length = await reader.ReadBlockAsync(buffer, call.Cancel);
        return length < buffer.Length ? new string(buffer, 0, length).Trim() : throw RegistryProblems.Missing("valid password").AsException();
    }

    private static string Given(string? word, string what) =>
        string.IsNullOrEmpty(word) ? throw RegistryProblems.Missing(what).AsException() : word;

    [GeneratedRegex(@"\{\{\s*\.AppName\s*\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex AppNameField();
}
