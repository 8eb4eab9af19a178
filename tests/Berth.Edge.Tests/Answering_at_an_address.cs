using System.Net;
using Berth.Kernel;

namespace Berth.Edge.Tests;

public sealed class Answering_at_an_address
{
    [Theory]
    [InlineData("", "198.51.100.1", "one")]
    [InlineData("", "::ffff:198.51.100.1", "one")]
    [InlineData("", "2001:db8::2", "two")]
    [InlineData("", "198.51.100.7", null)]
    [InlineData("", "2001:db8::7", null)]
    [InlineData("198.51.100.1", "198.51.100.7", "one")]
    [InlineData("198.51.100.1:8443", "198.51.100.7", "one")]
    [InlineData("[2001:DB8:0::2]", "198.51.100.7", "two")]
    [InlineData("[2001:db8::2]:8443", "198.51.100.7", "two")]
    [InlineData("[2001:db8::2%1]", "198.51.100.7", null)]
    [InlineData("[2001:db8::2", "198.51.100.1", null)]
    [InlineData("unknown.example", "198.51.100.1", null)]
    public void goes_by_the_name_given_or_else_by_the_address_come_to(string name, string local, string? app)
    {
        var snapshot = With(With(EdgeSnapshot.Empty, "one", "198.51.100.1"), "two", "2001:db8::2");

        Assert.Equal(app, Find(snapshot, name, local));
    }

    [Theory]
    [InlineData("10.0.0.5", "one")]
    [InlineData("172.31.0.5", "one")]
    [InlineData("192.168.1.5", "one")]
    [InlineData("100.64.0.5", "one")]
    [InlineData("127.0.0.1", "one")]
    [InlineData("172.32.0.5", null)]
    [InlineData("198.51.100.7", null)]
    public void takes_the_one_public_address_there_is_where_the_machine_has_a_private_one(string local, string? app)
    {
        var alone = With(With(EdgeSnapshot.Empty, "one", "198.51.100.1"), "inside", "10.0.0.9");
        var both = With(alone, "two", "198.51.100.2");

        Assert.Equal(app, Find(alone, "", local));
        Assert.Null(Find(both, "", local));
        Assert.Equal(app, Find(both.WithoutApp(AppName.Parse("two")), "", local));
        Assert.Equal("inside", Find(both, "", "10.0.0.9"));
    }

    private static EdgeSnapshot With(EdgeSnapshot snapshot, string app, string host)
    {
        Assert.True(DomainName.TryParseHost(host, out var name, out _));
        return snapshot.WithApp(AppName.Parse(app), [KeyValuePair.Create(name, new EdgeHost { App = AppName.Parse(app), Targets = [] })]);
    }

    private static string? Find(EdgeSnapshot snapshot, string name, string local) =>
        snapshot.Find(EdgePort.Https, name, IPAddress.Parse(local))?.App.Text;
}
