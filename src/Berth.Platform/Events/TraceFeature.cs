using Berth.Platform.CommandLine;

namespace Berth.Platform.Events;

/// <summary>The <c>trace</c> commands: whether plugins' scripts print each step, as <c>--trace</c> asks for one command.</summary>
public sealed class TraceFeature(DokkuRc settings) : IFeature
{
    public string Name => "trace";

    public string Description => "Manage trace mode";

    public IEnumerable<Command> Commands =>
    [
        new("trace:on", "", "Enable trace mode", call => Switch(call, on: true)),
        new("trace:off", "", "Disable trace mode", call => Switch(call, on: false)),
    ];

    private Task<int> Switch(CommandCall call, bool on)
    {
        call.Parse();
        call.Output.Step(on ? "Enabling trace mode" : "Disabling trace mode");
        settings.Switch(DokkuRc.Trace, on);
        return Task.FromResult(0);
    }
}
