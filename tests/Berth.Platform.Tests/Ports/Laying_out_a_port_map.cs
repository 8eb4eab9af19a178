using Berth.Platform.Ports;

namespace Berth.Platform.Tests.Ports;

public sealed class Laying_out_a_port_map
{
    private static readonly PortMapping[] Mappings = [PortMapping.Https(443, 5000), PortMapping.Http(80, 5000)];

    [Fact]
    public void puts_columns_under_their_headings_and_sorts() => Assert.Equal(
        [
            "    -----> scheme  host port  container port",
            "    http           80         5000",
            "    https          443        5000",
        ],
        PortTable.Lines(Mappings, headed: true));

    [Fact]
    public void is_as_narrow_as_it_can_be_without_them() => Assert.Equal(
        ["    http   80   5000", "    https  443  5000"], PortTable.Lines(Mappings, headed: false));
}
