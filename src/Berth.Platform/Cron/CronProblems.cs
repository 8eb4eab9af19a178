using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.Cron;

/// <summary>What can be wrong with scheduled tasks.</summary>
public static class CronProblems
{
    public static readonly ProblemCode AppJsonInvalid = new("app-json-invalid", Contract: true);
    public static readonly ProblemCode ScheduleInvalid = new("cron-schedule-invalid", Contract: true);
    public static readonly ProblemCode TaskInvalid = new("cron-task-invalid", Contract: true);
    public static readonly ProblemCode TaskUnknown = new("cron-task-unknown", Contract: true);
    public static readonly ProblemCode NotRunHere = new("cron-not-run-here");

    internal static Problem BadAppJson(AppName app, string reason) => new(
        AppJsonInvalid, $"Unable to fetch app.json for app {app}: {Printable.Of(reason)}", "Mend the app.json of the app's code and deploy it again.");

    internal static Problem BadSchedule(AppName app, string schedule, string reason) => new(
        ScheduleInvalid,
        $"Invalid cron schedule for app {app} (schedule {Printable.Of(schedule, 100)}): {reason}",
        "Write five fields (minute hour day month weekday), or @hourly, @daily, @weekly, @monthly, @yearly, @every 1h30m, in app.json; then deploy again.");

    internal static Problem BadPolicy(AppName app, string schedule, string policy) => new(
        TaskInvalid,
        $"Invalid cron concurrency policy for app {app} (schedule {Printable.Of(schedule, 100)}): {Printable.Of(policy, 60)}",
        "Write allow, forbid or replace as concurrency_policy in app.json; then deploy again.");

    internal static Problem TooMany(AppName app, int limit) => new(
        TaskInvalid, $"The app.json of {app} has more than {limit} cron tasks.", "Put several commands into one script and schedule that.");

    internal static Problem NoId(AppName app) => new(
        TaskUnknown, $"Please specify a Cron ID from the output of 'dokku cron:list {app}'", $"See them: `berth cron:list {app}`.");

    internal static Problem NoTask(AppName app) => new(
        TaskUnknown, $"No matching Cron ID found. Please specify a Cron ID from the output of 'dokku cron:list {app}'", $"See them: `berth cron:list {app}`.");

    internal static Problem NoTaskToSet(string property) => new(
        TaskUnknown,
        property == "maintenance."
            ? "Invalid task maintenance property, missing ID"
            : $"Invalid task maintenance property, no matching task ID found: {Printable.Of(property, 400)}",
        "Copy the id from `berth cron:list my-app`; it changes with the task's command and schedule.");

    internal static Problem NotForAll() => new(
        SettingProblems.PropertyNotGlobal, "Task maintenance properties cannot be set globally", "Name the app in the place of --global; maintenance without an id holds for all tasks.");

    internal static Problem NotPerApp(string key) => new(
        SettingProblems.PropertyNotPerApp, "Property cannot be specified on a per-app basis", $"Set it for all apps: `berth cron:set --global {key} me@example.com`.");

    internal static Problem CannotRun() => new(
        NotRunHere,
        "The embedded scheduler has no one-off runs yet, so it starts no scheduled tasks either.",
        "Until then, run the command from the app's own code, or from the crontab of this host.");
}
