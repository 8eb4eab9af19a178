using Berth.LaunchHost;
using Berth.Platform.Processes;

return args switch
{
    [Launcher.Verb, .. var rest] => Launcher.Run(rest),
    ["daemon", var folder, var app, .. var types] => await Daemon.RunAsync(folder, app, types),
    _ => 2,
};
