using System.Globalization;
using System.Net.Sockets;
using Berth.Kernel;
using Berth.Platform.Nginx;
using Berth.Storage;
using CsCheck;

namespace Berth.Platform.Tests.Nginx;

public sealed class Reading_nginx_values
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1024", 1024)]
    [InlineData("8k", 8192)]
    [InlineData("50m", 50 << 20)]
    [InlineData("1G", 1 << 30)]
    public void knows_sizes(string text, long expected)
    {
        Assert.True(NginxValues.TrySize(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1")]
    [InlineData("1.5m")]
    [InlineData("1t")]
    [InlineData("99999999999g")]
    [InlineData("1 m")]
    public void refuses_what_is_no_size(string text) => Assert.False(NginxValues.TrySize(text, out _));

    [Theory]
    [InlineData("60", 60_000)]
    [InlineData("60s", 60_000)]
    [InlineData("500ms", 500)]
    [InlineData("1m 30s", 90_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d", 86_400_000)]
    public void knows_times(string text, long milliseconds)
    {
        Assert.True(NginxValues.TryTime(text, out var time));
        Assert.Equal(milliseconds, time.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1x")]
    [InlineData("30s 1m")]
    [InlineData("1s1s")]
    [InlineData("-5s")]
    [InlineData("8d")]
    [InlineData("99999999999s")]
    public void refuses_what_is_no_time(string text) => Assert.False(NginxValues.TryTime(text, out _));

    [Fact]
    public void reads_every_number_of_seconds_back() => Gen.Int[0, 600_000].Sample(seconds =>
    {
        Assert.True(NginxValues.TryTime($"{seconds.ToString(CultureInfo.InvariantCulture)}s", out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    });

    [Fact]
    public void stays_within_its_bounds_whatever_is_written() => Gen.OneOf(Gen.String, Gen.Char["0159 mskhdwg-."].Array.Select(c => new string(c)))
        .Sample(text =>
        {
            Assert.True(!NginxValues.TryTime(text, out var time) || (time >= TimeSpan.Zero && time <= NginxValues.LongestTime));
            Assert.True(!NginxValues.TrySize(text, out var size) || size >= 0);
            NginxValues.TryAddress(text, AddressFamily.InterNetwork, out _);
        });

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("1", false)]
    [InlineData("::1", false)]
    [InlineData("127.0.0.1:80", false)]
    public void knows_ipv4_addresses(string text, bool expected) =>
        Assert.Equal(expected, NginxValues.TryAddress(text, AddressFamily.InterNetwork, out _));

    [Theory]
    [InlineData("::1", true)]
    [InlineData("[::]", true)]
    [InlineData("127.0.0.1", false)]
    public void knows_ipv6_addresses(string text, bool expected) =>
        Assert.Equal(expected, NginxValues.TryAddress(text, AddressFamily.InterNetworkV6, out _));

    [Theory]
    [InlineData("off", false)]
    [InlineData("/dev/null", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("/var/log/../../etc/passwd", false)]
    [InlineData("/var/log/nginx/custom.log", true)]
    [InlineData("/scratch/lib/data/nginx-vhosts/logs/x.log", true)]
    public void writes_logs_only_where_logs_belong(string path, bool written) =>
        Assert.Equal(written ? path : null, new NginxLogs(new StateRoots("/scratch/home", "/scratch/lib"), null).Writable(path));

    [Theory]
    [InlineData("/var/lib/dokku", null, "/var/log/nginx/shop-access.log")]
    [InlineData("/srv/lib", null, "/srv/lib/data/nginx-vhosts/logs/shop-access.log")]
    [InlineData("/srv/lib", "/srv/logs/", "/srv/logs/shop-access.log")]
    public void keeps_logs_where_users_look(string lib, string? folder, string expected) =>
        Assert.Equal(expected, new NginxLogs(new StateRoots("/home/dokku", lib), folder).DefaultOf(AppName.Parse("shop"), "access"));
}
