using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Settings of Dokku's builders, which scripts set before the first deploy.</summary>
public sealed class Keeping_builder_settings : IAsyncDisposable
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Theory]
    [InlineData("builder-dockerfile", "dockerfile-path", "Dockerfile", "docker/Dockerfile")]
    [InlineData("builder-herokuish", "allowed", "true", "false")]
    [InlineData("builder-lambda", "lambdayml-path", "lambda.yml", "a/lambda.yml")]
    [InlineData("builder-nixpacks", "nixpackstoml-path", "nixpacks.toml", "a/nixpacks.toml")]
    [InlineData("builder-pack", "projecttoml-path", "project.toml", "a/project.toml")]
    [InlineData("builder-railpack", "railpackjson-path", "railpack.json", "a/railpack.json")]
    [InlineData("app-json", "appjson-path", "app.json", "a/app.json")]
    public async Task sets_and_reports_an_apps_the_servers_and_what_holds(string feature, string key, string usual, string other)
    {
        await _berth.OkAsync("apps:create", "shop");
        Assert.Equal($"{usual}\n", await _berth.OkAsync($"{feature}:report", "shop", $"--{feature}-computed-{key}"));
        Assert.Equal($"=====> Setting {key} to {other}\n", await _berth.OkAsync($"{feature}:set", "--global", key, other));
        Assert.Equal($"{other}\n", await _berth.OkAsync($"{feature}:report", "--global", $"--{feature}-global-{key}"));
        Assert.Equal("\n", await _berth.OkAsync($"{feature}:report", "shop", $"--{feature}-{key}"));
        Assert.Equal($"{other}\n", await _berth.OkAsync($"{feature}:report", "shop", $"--{feature}-computed-{key}"));
        Assert.Equal($"=====> Setting {key} to {usual}\n", await _berth.OkAsync($"{feature}:set", "shop", key, usual));
        Assert.Equal(usual, await File.ReadAllTextAsync($"{_berth.Lib}/config/{feature}/shop/{key}"));
        Assert.StartsWith($"=====> shop {feature} information\n", await _berth.OkAsync($"{feature}:report", "shop"), StringComparison.Ordinal);
        Assert.Contains($"\"computed-{key}\":\"{usual}\"", await _berth.OkAsync($"{feature}:report", "shop", "--format", "json"), StringComparison.Ordinal);
        Assert.Equal($"=====> Unsetting {key}\n", await _berth.OkAsync($"{feature}:set", "shop", key));
        await FailsAsync($" !     Invalid property specified, valid properties include: {key}\n", 1, $"{feature}:set", "shop", "other", "x");
        await FailsAsync(" !     App nobody does not exist\n", 20, $"{feature}:set", "nobody", key, usual);
        Assert.StartsWith($"Usage: berth {feature}[:COMMAND]\n", await _berth.OkAsync($"{feature}:help"), StringComparison.Ordinal);
    }

    private async Task FailsAsync(string error, int status, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((error, status), (result.Error, result.Status));
    }
}
