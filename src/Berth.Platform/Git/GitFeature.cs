using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Git;

/// <summary>The <c>git:*</c> commands that need no build.</summary>
public sealed class GitFeature(AppRepository repositories, GitAccess access, PropertyStore properties, IStateStore store, AppCatalog apps) : IFeature
{
    private const string Feature = "git";
    private const string Branch = "deploy-branch";
    private const string Revision = "rev-env-var";

    private static readonly Report Report = new("git-", "git information");

    private readonly SettingTable _settings = new(
        Feature,
        properties,
        new Setting("archive-max-files", "10000") { ForApp = false, Refuse = Number },
        new Setting("archive-max-size", "1073741824") { ForApp = false, Refuse = Number },
        new Setting(Branch, "master") { Refuse = static value => AppRepository.IsBranch(value) ? null : GitProblems.BadBranch(value) },
        new Setting("keep-git-dir", "false"),
        new Setting(Revision, "GIT_REV") { ForAll = false, Refuse = VariableOnly },
        new Setting("source-image") { ForAll = false });

    public string Name => "git";

    public string Description => "Manage app deploys via git";

    public IEnumerable<Command> Commands =>
    [
        new("git:allow-host", "<host>", "Adds a host to known_hosts", access.AllowHostAsync),
        new("git:auth", "<host> [<username> <password>]", "Configures netrc authentication for a given git server", access.AuthAsync),
        new("git:auth-status", "<host> [<username> <password>]", "Tells by its status whether netrc authentication is as given", access.AuthStatusAsync),
        new("git:generate-deploy-key", "", "Generates a deploy ssh key", access.GenerateKeyAsync),
        new("git:initialize", "<app>", "Initialize a git repository for an app", InitializeAsync),
        new("git:public-key", "", "Outputs the dokku public deploy key", access.PublicKeyAsync),
        new("git:report", "[<app>|--global] [--format json] [<flag>]", "Displays a git report for one or more apps", ReportAsync),
        new("git:set", "<app>|--global <property> (<value>)", "Set or clear a git property for an app", SetAsync) { Keys = _settings.Keys },
        new("git:status", "<app>", "Show the state of an app's repository", StatusAsync),
        new("git:unlock", "<app> [--force]", "Removes previous git clone folder for new deployment", UnlockAsync),
    ];

    private async Task<int> InitializeAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        using var held = await store.LockAsync(app.Text, call.Cancel);
        repositories.Make(app);
        return 0;
    }

    private Task<int> SetAsync(CommandCall call)
    {
        var app = _settings.Set(call, apps);

        // Set to nothing is not unset here: it means that no variable is wanted.
        if (app is not null && call.Words.Skip(1).ToArray() is [Revision] or [Revision, ""])
        {
            properties.SetEvenIfEmpty(Feature, app.Text, Revision, "");
        }

        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => Report.PrintAsync(
        call,
        apps,
        app =>
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            _settings.AddTo(values, app);
            values["git-rev-env-var"] = _settings.Own(app, Revision) ?? (properties.IsSet(Feature, app.Text, Revision) ? "" : "GIT_REV");
            values["git-sha"] = repositories.Head(app);
            values["git-last-updated-at"] = repositories.UpdatedAt(app, _settings.Effective(app, Branch));
            return values;
        },
        () =>
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            _settings.AddGlobalTo(values);
            values["git-computed-archive-max-files"] = _settings.ForAll("archive-max-files") ?? "10000";
            values["git-computed-archive-max-size"] = _settings.ForAll("archive-max-size") ?? "1073741824";
            values["git-computed-deploy-branch"] = _settings.ForAll(Branch) ?? "master";
            values["git-computed-keep-git-dir"] = _settings.ForAll("keep-git-dir") ?? "false";
            return values;
        });

    private Task<int> StatusAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        var branch = _settings.Effective(app, Branch);
        call.Output.Line($"On branch {branch}");
        var commit = repositories.CommitOf(app, $"refs/heads/{branch}");
        call.Output.Line(commit.Length > 0 ? $"At commit {commit}" : "No commits yet");
        return Task.FromResult(0);
    }

    private async Task<int> UnlockAsync(CommandCall call)
    {
        var words = call.Parse(["--force"]);
        var app = apps.Find(words.At(0));
        var clone = StatePath.Lib("data", "git", app.Text);
        if (!store.Exists(clone))
        {
            call.Output.Step("No clone folder exists app already unlocked");
            return 0;
        }

        if (!words.Has("--force") && !call.Caller.Force)
        {
            var answer = (await call.AskAsync("Are you sure that want to delete clone folder (y/n)?")).Trim();
            if (answer is not ("y" or "Y"))
            {
                call.Output.Line(answer is "n" or "N" ? "no" : "please answer with yes or no");
                return 0;
            }
        }

        call.Output.Step($"About to delete {store.FileOf(clone)}");
        store.Delete(clone);
        call.Output.Step($"Successfully deleted {store.FileOf(clone)}");
        return 0;
    }

    private static Problem? Number(string value) => value.Length <= 18 && value.All(char.IsAsciiDigit)
        ? null
        : CommandLineProblems.Missing($"'{Printable.Of(value, 60)}' is no number.", "Write digits alone; an empty value brings the default back.");

    private static Problem? VariableOnly(string value) => Config.ConfigKey.IsValid(value)
        ? null
        : CommandLineProblems.Missing($"'{Printable.Of(value, 60)}' is no name for a variable.", "Use letters, digits and underscores, with no digit first: GIT_REV.");
}
