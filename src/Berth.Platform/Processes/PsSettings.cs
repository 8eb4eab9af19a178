using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.Properties;

namespace Berth.Platform.Processes;

/// <summary>The settings of <c>ps:set</c>, and whether an app is to run at all.</summary>
public sealed class PsSettings(PropertyStore properties, ConfigStore config)
{
    private const string Feature = "ps";
    private const string RestartPolicyKey = "restart-policy";
    private const string StopTimeoutKey = "stop-timeout-seconds";
    private const string ProcfilePathKey = "procfile-path";
    private const string StartCommandKey = "start-cmd";
    private const string Restore = "restore";
    private const string Stopped = "stopped";

    // In the app's ENV on servers older than the property.
    private const string OlderRestore = "DOKKU_APP_RESTORE";

    /// <summary>What <c>ps:set</c> takes. <c>dockerfile-start-cmd</c> and <c>skip-deploy</c> are kept for Dokku and change nothing here.</summary>
    public SettingTable Table { get; } = new(
        Feature,
        properties,
        new Setting("dockerfile-start-cmd") { ForAll = false, Computed = true },
        new Setting(ProcfilePathKey, "Procfile") { Refuse = SettingValues.InnerPath(ProcfilePathKey) },
        new Setting(RestartPolicyKey, RestartPolicy.Default.Text) { Refuse = RefusePolicy },
        new Setting("skip-deploy", "false") { Refuse = SettingValues.YesOrNo("skip-deploy") },
        new Setting(StartCommandKey) { ForAll = false, Computed = true, Refuse = RefuseCommand },
        new Setting(StopTimeoutKey, "30") { Refuse = SettingValues.Number(StopTimeoutKey, 0, SettingValues.MostSeconds) },
        new Setting(Restore, "true") { ForAll = false, Hidden = true, Refuse = SettingValues.YesOrNo(Restore) });

    /// <exception cref="ProblemException"><see cref="ProcessProblems.RestartPolicyInvalid"/>: the file was edited by hand.</exception>
    public RestartPolicy RestartPolicyOf(AppName app) => RestartPolicy.Parse(Table.Effective(app, RestartPolicyKey));

    /// <exception cref="ProblemException"><see cref="SettingProblems.PropertyValueInvalid"/>: the file was edited by hand.</exception>
    public TimeSpan StopTimeoutOf(AppName app)
    {
        var text = Table.Effective(app, StopTimeoutKey);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= SettingValues.MostSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw SettingValues.Number(StopTimeoutKey, 0, SettingValues.MostSeconds)(text)!.AsException();
    }

    /// <returns>A path below the app's folder.</returns>
    /// <exception cref="ProblemException"><see cref="SettingProblems.PropertyValueInvalid"/>: the file was edited by hand.</exception>
    public string ProcfilePathOf(AppName app)
    {
        var path = Table.Effective(app, ProcfilePathKey).Trim('/');
        return SettingValues.InnerPath(ProcfilePathKey)(path) is { } problem ? throw problem.AsException() : path.Length > 0 ? path : "Procfile";
    }

    /// <returns>The command that stands in for the Procfile's <c>web</c>, or null.</returns>
    public string? StartCommandOf(AppName app) => Table.Own(app, StartCommandKey);

    /// <summary>False when a start of the daemon leaves the app down; <c>ps:stop</c> sets it so, a start or deploy back.</summary>
    public bool IsRestored(AppName app) => (Table.Own(app, Restore) ?? (config.Get(app, OlderRestore) == "0" ? "false" : "true")) != "false";

    /// <summary>True after <c>ps:stop</c>, until the next start or deploy.</summary>
    public bool IsStopped(AppName app) => properties.Get(Feature, app.Text, Stopped) is not null;

    public void SetStopped(AppName app)
    {
        properties.Set(Feature, app.Text, Stopped, "true");
        properties.Set(Feature, app.Text, Restore, "false");
    }

    public void SetStarted(AppName app)
    {
        properties.Set(Feature, app.Text, Stopped, "");
        // An older server's word in ENV has to be overruled, not only taken back.
        properties.Set(Feature, app.Text, Restore, config.Get(app, OlderRestore) == "0" ? "true" : "");
    }

    private static Problem? RefusePolicy(string text)
    {
        try
        {
            RestartPolicy.Parse(text);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    private static Problem? RefuseCommand(string text)
    {
        try
        {
            ProcessCommand.Parse(text, StartCommandKey);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }
}
