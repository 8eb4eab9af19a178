using Berth.TestKit;

namespace Berth.Specs;

public sealed class Setting_networks_and_resources
{
    [Fact]
    public async Task makes_lists_and_destroys_a_network()
    {
        await using var berth = BerthServer.WithoutDaemon();
        Assert.Equal("-----> Creating network test\n", await berth.OkAsync("network:create", "test"));
        Assert.Equal("=====> Networks\nbridge\nhost\nnone\ntest\n", await berth.OkAsync("network:list"));
        Assert.Equal("-----> Network exists\n", await berth.OkAsync("network:exists", "test"));
        await berth.FailsAsync("Network does not exist", "network:exists", "other");
        await berth.FailsAsync("No network name specified", "network:exists");
        Assert.Equal(1, (await berth.RunAsync("network:create", "test")).Status);
        Assert.Equal(1, (await berth.RunAsync("network:create", "../x")).Status);

        var refused = await berth.RunAsync(["network:destroy", "test"], "no\n");
        Assert.Equal(1, refused.Status);
        Assert.Contains("This command will destroy network test.", refused.Error, StringComparison.Ordinal);
        Assert.Equal("-----> Destroying network test\n", await berth.OkAsync("--force", "network:destroy", "test"));
    }

    [Fact]
    public async Task attaches_an_app_to_networks_and_to_each_once()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Assert.Equal("=====> Setting attach-post-create to a,b\n", await berth.OkAsync("network:set", "app", "attach-post-create", "a", "b"));
        Assert.Equal("a,b", await File.ReadAllTextAsync($"{berth.Lib}/config/network/app/attach-post-create"));
        await berth.FailsAsync("Network name already associated with this app: b", "network:set", "app", "attach-post-deploy", "b");
        await berth.FailsAsync("Invalid network name specified for attach: host", "network:set", "app", "attach-post-deploy", "host");
        await berth.FailsAsync("Property cannot be specified globally", "network:set", "--global", "static-web-listener", "127.0.0.1:80");
        await berth.OkAsync("network:set", "--global", "tld", "svc.local");
        Assert.Equal("svc.local\n", await berth.OkAsync("network:report", "app", "--network-computed-tld"));
        Assert.Equal("false\n", await berth.OkAsync("network:report", "app", "--network-bind-all-interfaces"));
        Assert.Equal("=====> Unsetting attach-post-create\n", await berth.OkAsync("network:set", "app", "attach-post-create"));
    }

    [Fact]
    public async Task keeps_limits_and_reservations_by_process_type()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        Assert.Equal("=====> Setting resource limits for app\n       cpu: 2\n       memory: 100\n", await berth.OkAsync("resource:limit", "--memory", "100", "--cpu", "2", "app"));
        Assert.Equal("=====> Setting resource reservation for app (worker)\n       memory: 1g\n", await berth.OkAsync("resource:reserve", "--process-type", "worker", "--memory", "1g", "app"));
        Assert.StartsWith("=====> resource limits app information [defaults]\n       cpu: 2\n       memory: 100\n", await berth.OkAsync("resource:limit", "app"), StringComparison.Ordinal);
        Assert.Equal("1g\n", await berth.OkAsync("resource:report", "app", "--resource-worker.reserve.memory"));
        Assert.Equal(
            "=====> app resource information\n       _default_ limit cpu:           2\n       _default_ limit memory:        100\n       worker reserve memory:         1g\n",
            (await berth.OkAsync("resource:report", "app")).Replace("    2", "2", StringComparison.Ordinal).Replace("    1", "1", StringComparison.Ordinal));
        Assert.Equal("2", await File.ReadAllTextAsync($"{berth.Lib}/config/resource/app/_default_.limit.cpu"));

        Assert.Equal("=====> Setting resource limits for app\n       cpu: cleared\n", await berth.OkAsync("resource:limit", "--cpu", "clear", "app"));
        Assert.Equal("=====> clearing app limits\n", await berth.OkAsync("resource:limit-clear", "app"));
        Assert.Equal("{\"resource-worker.reserve.memory\":\"1g\",\"worker.reserve.memory\":\"1g\"}\n", await berth.OkAsync("resource:report", "app", "--format", "json"));
        Assert.Equal(1, (await berth.RunAsync("resource:limit", "--memory", "1\n2", "app")).Status);
        Assert.Equal(1, (await berth.RunAsync("resource:limit", "--process-type", "../x", "--memory", "1", "app")).Status);
    }
}
