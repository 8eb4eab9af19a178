using Berth.Platform.Logs;
using Berth.Platform.Tests.Support;
using CsCheck;

namespace Berth.Platform.Tests.Logs;

public sealed class Bounding_logs : IDisposable
{
    private readonly Room _room = new();

    public void Dispose() => _room.Dispose();

    [Theory]
    [InlineData("1k", 1024)]
    [InlineData("10m", 10L << 20)]
    [InlineData("2g", 2L << 30)]
    [InlineData("unlimited", long.MaxValue)]
    public void takes_a_number_with_a_unit(string text, long bytes)
    {
        Assert.True(LogsSettings.TryParse(text, out var size, out _));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("", "Invalid max-size unit measure, value must end in any of [k, m, g]")]
    [InlineData("10", "Invalid max-size unit measure, value must end in any of [k, m, g]")]
    [InlineData("10M", "Invalid max-size unit measure, value must end in any of [k, m, g]")]
    [InlineData("m", "Invalid max-size value, must be a number followed by a unit of measure [k, m, g]")]
    [InlineData("-1m", "Invalid max-size value, unable to convert number to int: -1")]
    [InlineData("0m", "Invalid max-size value, unable to convert number to int: 0")]
    [InlineData("1.5g", "Invalid max-size value, unable to convert number to int: 1.5")]
    public void says_of_other_values_what_scripts_look_for(string text, string wanted)
    {
        Assert.False(LogsSettings.TryParse(text, out _, out var found));
        Assert.Equal(wanted, found);
    }

    [Fact]
    public void never_ends_with_a_size_that_is_none() => Gen.String.Sample(text =>
    {
        if (LogsSettings.TryParse(text, out var size, out _))
        {
            Assert.True(size > 0);
        }
    });

    [Fact]
    public void takes_the_apps_own_then_that_of_all_then_the_default()
    {
        var settings = new LogsSettings(_room.Properties);
        Assert.Equal(10 << 20, settings.MaxSizeOf(Room.App));
        _room.Properties.Set("logs", "--global", "max-size", "2m");
        Assert.Equal(2 << 20, settings.MaxSizeOf(Room.App));
        _room.Properties.Set("logs", "hello", "max-size", "3m");
        Assert.Equal(3 << 20, settings.MaxSizeOf(Room.App));
        _room.Properties.Set("logs", "hello", "max-size", "edited by hand");
        Assert.Equal(10 << 20, settings.MaxSizeOf(Room.App));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("datadog_logs://?api_key=secret", "datadog_logs://redacted")]
    [InlineData("secret", "://redacted")]
    public void shows_no_credential_of_a_sink(string sink, string shown) => Assert.Equal(shown, LogsSettings.Redacted(sink));
}
