using Berth.TestKit;

namespace Berth.Specs.Plugins;

/// <summary>Plugins from a real git server, as most of them come.</summary>
public sealed class Installing_a_plugin_over_http : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public Installing_a_plugin_over_http() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "the contract lets only root install plugins");

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task clones_it_pins_it_and_brings_it_up_to_date(bool secure)
    {
        await WriteAsync("echo first", "1.0");
        await using var git = await GitHttpServer.StartAsync(_scratch.Path, secure);
        await using var berth = BerthServer.WithoutDaemon(await TrustAsync(git));
        var address = $"{git.Url}/dokku-web/.git";

        var output = await berth.OkAsync("plugin:install", address, "--name", "web");

        Assert.StartsWith($"-----> Cloning plugin repo {address} to {berth.Lib}/plugins/available/web\n", output, StringComparison.Ordinal);
        Assert.Equal("first\n", await berth.OkAsync("web"));
        await WriteAsync("echo second", "2.0");
        Assert.StartsWith("Plugin (web) updated\n", await berth.OkAsync("plugin:update", "web"), StringComparison.Ordinal);
        Assert.Equal("second\n", await berth.OkAsync("web"));
        Assert.Equal("Plugin (web) updated and pinned to 1.0\n", await berth.OkAsync("plugin:update", "web", "1.0"));
        Assert.Equal("first\n", await berth.OkAsync("web"));
    }

    [Fact]
    public async Task leaves_nothing_behind_of_one_that_is_not_there()
    {
        await using var git = await GitHttpServer.StartAsync(_scratch.Path, secure: false);
        await AssertRefusedAsync(git, environment: null, "not found");
    }

    [Fact]
    public async Task asks_for_no_password_and_takes_nothing_from_a_server_it_does_not_trust()
    {
        await WriteAsync("echo first", "1.0");
        await using var git = await GitHttpServer.StartAsync(_scratch.Path, secure: true);
        await AssertRefusedAsync(git, environment: null, "certificate");
    }

    private static async Task AssertRefusedAsync(GitHttpServer git, Dictionary<string, string?>? environment, string reason)
    {
        await using var berth = BerthServer.WithoutDaemon(environment);

        var result = await berth.RunAsync("plugin:install", $"{git.Url}/dokku-web/.git", "--name", "web");

        Assert.Equal(1, result.Status);
        Assert.Contains("plugin-fetch-failed", result.Error, StringComparison.Ordinal);
        Assert.Contains(reason, result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Directory.GetFileSystemEntries($"{berth.Lib}/plugins/available", "*web*"));
        Assert.Empty(Directory.GetFileSystemEntries($"{berth.Lib}/plugins/available", ".new-*"));
    }

    private async Task WriteAsync(string script, string tag) =>
        await SmallPlugin.CommitAsync(await SmallPlugin.WriteAsync(_scratch, "web", ("subcommands/default", script)), tag);

    private async Task<Dictionary<string, string?>?> TrustAsync(GitHttpServer git)
    {
        if (git.CertificatePem is not { } pem)
        {
            return null;
        }

        await File.WriteAllTextAsync(_scratch["trust.pem"], pem);
        return new() { ["GIT_SSL_CAINFO"] = _scratch["trust.pem"] };
    }
}
