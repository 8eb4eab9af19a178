using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Platform.Events;

/// <summary>The <c>events</c> commands: a log of what happened on this server.</summary>
public sealed class EventFeature(EventLog log, DokkuRc settings) : IFeature
{
    private const int Shown = 100;
    private const int LineLimit = 4096;

    public string Name => "events";

    public string Description => "Manage event logging";

    public IEnumerable<Command> Commands =>
    [
        new("events", "[-t]", "Show the last events (-t follows)", ShowAsync) { Follows = true },
        new("events:list", "", "List logged events", ListAsync),
        new("events:on", "", "Enable events logger", call => Switch(call, on: true)),
        new("events:off", "", "Disable events logger", call => Switch(call, on: false)),
    ];

    private async Task<int> ShowAsync(CommandCall call)
    {
        var words = call.Parse(["-t", "--tail"]);
        if (!words.Has("-t") && !words.Has("--tail"))
        {
            foreach (var line in log.Last(Shown))
            {
                call.Output.Line(Printable.Of(line, LineLimit));
            }

            return 0;
        }

        await foreach (var line in log.FollowAsync(Shown, call.Cancel))
        {
            call.Output.Line(Printable.Of(line, LineLimit));
            await call.Output.FlushAsync(call.Cancel);
        }

        return 0;
    }

    private Task<int> ListAsync(CommandCall call)
    {
        call.Parse();
        if (!log.IsOn)
        {
            call.Output.Warn("Events logger disabled");
            return Task.FromResult(0);
        }

        if (!call.Caller.Quiet)
        {
            call.Output.Line(ColumnLine.Of("=====>", "Events currently logged"));
        }

        foreach (var trigger in CoreTriggers.Fired)
        {
            call.Output.Line(ColumnLine.Of(trigger));
        }

        return Task.FromResult(0);
    }

    private Task<int> Switch(CommandCall call, bool on)
    {
        call.Parse();
        call.Output.Line(on ? "Enabling dokku events logger" : "Disabling dokku events logger");
        settings.Switch(DokkuRc.Events, on);
        return Task.FromResult(0);
    }
}
