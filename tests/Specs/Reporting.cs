using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What every <c>:report</c> has in common, byte for byte.</summary>
public sealed class Reporting : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public async ValueTask InitializeAsync() => await _berth.OkAsync("apps:create", "app");

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Theory]
    [InlineData("apps")]
    [InlineData("certs")]
    [InlineData("domains")]
    [InlineData("letsencrypt")]
    [InlineData("nginx")]
    [InlineData("ports")]
    [InlineData("proxy")]
    [InlineData("ps")]
    public async Task pads_each_key_also_where_no_value_follows(string feature)
    {
        var lines = (await _berth.OkAsync($"{feature}:report", "app")).TrimEnd('\n').Split('\n');
        var width = lines.Skip(1).Min(line => line.Length);
        Assert.True(width >= 7 + 31, string.Join('\n', lines));
        Assert.Equal($"=====> app {(feature == "certs" ? "ssl" : feature == "apps" ? "app" : feature)} information", lines[0]);
        Assert.All(lines.Skip(1), line => Assert.Matches("^ {7}[A-Z][a-z0-9 .]*: *", line[..width]));
        Assert.All(lines.Skip(1), line => Assert.Equal(' ', line[width - 1]));
    }

    [Theory]
    [InlineData("apps", "--app-dir", "--app-locked")]
    [InlineData("certs", "--ssl-dir", "--ssl-enabled")]
    [InlineData("domains", "--domains-app-vhosts", "--domains-app-enabled")]
    [InlineData("nginx", "--nginx-hsts", "--nginx-hsts")]
    public async Task answers_one_flag_at_a_time(string feature, string one, string other)
    {
        Assert.Equal(0, (await _berth.RunAsync($"{feature}:report", "app", one)).Status);
        var result = await _berth.RunAsync($"{feature}:report", one, "app", other);
        Assert.Equal((1, "", $" !     {feature}:report command allows only a single flag\n"), (result.Status, result.Output, result.Error));
    }

    [Theory]
    [InlineData("apps")]
    [InlineData("certs")]
    [InlineData("domains")]
    [InlineData("letsencrypt")]
    [InlineData("nginx")]
    [InlineData("ports")]
    [InlineData("proxy")]
    public async Task refuses_what_cannot_be_reported(string feature)
    {
        await FailsAsync(20, "App nobody does not exist", $"{feature}:report", "nobody");
        await FailsAsync(1, "--format flag cannot be specified when specifying an info flag", $"{feature}:report", "app", "--x", "--format", "json");
        await FailsAsync(1, "Invalid format specified, supported formats: json, stdout (given: xml)", $"{feature}:report", "app", "--format", "xml");
        var wrong = await _berth.RunAsync($"{feature}:report", "app", "--nonsense");
        Assert.Equal((1, ""), (wrong.Status, wrong.Output));
        Assert.Matches("^ !     Invalid flag passed, valid flags: --[a-z0-9-]+(, --[a-z0-9-]+)+\n$", wrong.Error);
    }

    private async Task FailsAsync(int status, string said, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((status, "", $" !     {said}\n"), (result.Status, result.Output, result.Error));
    }
}
