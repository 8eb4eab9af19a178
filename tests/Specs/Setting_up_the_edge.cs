using Berth.TestKit;

namespace Berth.Specs;

public sealed class Setting_up_the_edge : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public async ValueTask InitializeAsync()
    {
        await _berth.OkAsync("apps:create", "shop");
        await _berth.OkAsync("domains:add", "shop", "shop.example.com");
    }

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    [Fact]
    public async Task switches_the_proxy_off_and_on()
    {
        Assert.Equal("true\n", await _berth.OkAsync("proxy:report", "shop", "--proxy-enabled"));
        Assert.Equal("-----> Disabling proxy for app\n", await _berth.OkAsync("proxy:disable", "shop"));
        Assert.Equal("true", await File.ReadAllTextAsync($"{_berth.Lib}/config/proxy/shop/disabled"));
        Assert.Equal("-----> Proxy is already disable for app\n", await _berth.OkAsync("proxy:disable", "shop"));
        Assert.Equal("false\n", await _berth.OkAsync("proxy:report", "shop", "--proxy-enabled"));
        await FailsAsync("No nginx.conf exists for shop", "nginx:show-config", "shop");

        Assert.Equal("-----> Enabling proxy for app\n", await _berth.OkAsync("proxy:enable", "shop"));
        Assert.Equal("-----> Proxy is already enabled for app\n", await _berth.OkAsync("proxy:enable", "shop"));
        Assert.False(File.Exists($"{_berth.Lib}/config/proxy/shop/disabled"));
    }

    [Fact]
    public async Task honours_a_proxy_that_an_older_server_disabled_by_a_variable()
    {
        await _berth.OkAsync("config:set", "--no-restart", "shop", "DOKKU_DISABLE_PROXY=1");
        Assert.Equal("false\n", await _berth.OkAsync("proxy:report", "shop", "--proxy-enabled"));
        await _berth.OkAsync("proxy:enable", "shop");
        Assert.Equal("true\n", await _berth.OkAsync("proxy:report", "shop", "--proxy-enabled"));
    }

    [Fact]
    public async Task sets_the_proxys_type_in_the_old_and_the_new_words()
    {
        Assert.Equal("=====> Setting type to caddy\n", await _berth.OkAsync("proxy:set", "shop", "caddy"));
        Assert.Equal("=====> Setting type to nginx\n", await _berth.OkAsync("proxy:set", "shop", "type", "nginx"));
        Assert.Equal("=====> Unsetting type\n", await _berth.OkAsync("proxy:set", "shop", "type"));
        Assert.Equal("nginx\n", await _berth.OkAsync("proxy:report", "shop", "--proxy-computed-type"));
        await FailsAsync("Property cannot be specified globally", "proxy:set", "--global", "disabled", "true");
        await FailsAsync(
            "Invalid property specified, valid properties include: disabled, proxy-port, proxy-ssl-port, type", "proxy:set", "shop", "nothing", "1");
        var result = await _berth.RunAsync("proxy:set", "shop", "http:80:5000");
        Assert.Equal(1, result.Status);
        Assert.Equal(
            " !     Detected potential port mapping instead of proxy type\n !     Consider using ports:set command or specifying a valid proxy\n", result.Error);
    }

    [Fact]
    public async Task puts_the_detected_mapping_where_the_proxys_port_is()
    {
        await _berth.OkAsync("proxy:set", "--global", "proxy-port", "8081");
        Assert.Equal("http:8081:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map-detected"));
        await _berth.OkAsync("proxy:set", "shop", "proxy-port", "8082");
        Assert.Equal("http:8082:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map-detected"));
        Assert.Equal("http://shop.example.com:8082\n", await _berth.OkAsync("urls", "shop"));
        Assert.Equal(1, (await _berth.RunAsync("proxy:set", "shop", "proxy-port", "0")).Status);
    }

    [Fact]
    public async Task builds_the_configuration_of_one_app_or_of_all()
    {
        Assert.Equal("-----> Configuring shop.example.com...(using built-in template)\n", await _berth.OkAsync("proxy:build-config", "shop"));
        var all = await _berth.RunAsync("proxy:build-config", "--all");
        Assert.Equal(" !     Running build-config in serial mode\n", all.Error);
        Assert.StartsWith("-----> Running build-config against app shop\n", all.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await _berth.RunAsync("proxy:build-config", "--all", "--parallel", "2")).Status);
        await FailsAsync("Invalid value -2 for --parallel flag", "proxy:build-config", "--all", "--parallel", "-2");
        await FailsAsync("Please specify an app to run the command on", "proxy:build-config");
        await _berth.OkAsync("proxy:clear-config", "shop");
    }

    [Fact]
    public async Task sets_and_reports_nginx_properties_in_triples()
    {
        Assert.Equal("=====> Setting client-max-body-size to 50m\n", await _berth.OkAsync("nginx:set", "shop", "client-max-body-size", "50m"));
        Assert.Equal("=====> Setting hsts to false\n", await _berth.OkAsync("nginx:set", "--global", "hsts", "false"));
        Assert.Equal("50m", await File.ReadAllTextAsync($"{_berth.Lib}/config/nginx/shop/client-max-body-size"));
        Assert.Equal(
            "50m\n\n50m\n",
            string.Concat(await _berth.OkAsync("nginx:report", "shop", "--nginx-client-max-body-size"), await _berth.OkAsync("nginx:report", "shop", "--nginx-global-client-max-body-size"), await _berth.OkAsync("nginx:report", "shop", "--nginx-computed-client-max-body-size")));
        Assert.Equal("false\n", await _berth.OkAsync("nginx:report", "shop", "--nginx-computed-hsts"));
        Assert.Equal("=====> Unsetting client-max-body-size\n", await _berth.OkAsync("nginx:set", "shop", "client-max-body-size"));
        Assert.Equal("1m\n", await _berth.OkAsync("nginx:report", "shop", "--nginx-computed-client-max-body-size"));
        Assert.EndsWith("/shop-access.log\n", await _berth.OkAsync("nginx:report", "shop", "--nginx-computed-access-log-path"), StringComparison.Ordinal);
        Assert.Contains("\"global-hsts\":\"false\"", await _berth.OkAsync("nginx:report", "--global", "--format", "json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client-max-body-size", "much")]
    [InlineData("hsts", "perhaps")]
    [InlineData("hsts-max-age", "1y")]
    [InlineData("proxy-read-timeout", "soon")]
    [InlineData("bind-address-ipv4", "::1")]
    [InlineData("bind-address-ipv6", "127.0.0.1")]
    [InlineData("x-forwarded-for-value", "$secret")]
    [InlineData("x-forwarded-for-value", "a\nb")]
    [InlineData("access-log-path", "relative.log")]
    [InlineData("access-log-path", "/var/log/../../etc/passwd")]
    [InlineData("proxy-buffering", "maybe")]
    public async Task refuses_values_that_mean_nothing(string key, string value)
    {
        var result = await _berth.RunAsync("nginx:set", "shop", key, value);
        Assert.Equal((1, ""), (result.Status, result.Output));
        Assert.Contains("explain nginx-value-invalid", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{_berth.Lib}/config/nginx/shop"));
    }

    [Fact]
    public async Task shows_what_the_edge_does_in_nginxs_words()
    {
        await _berth.OkAsync("nginx:set", "shop", "bind-address-ipv4", "127.0.0.1");
        var view = await _berth.OkAsync("nginx:show-config", "shop");
        Assert.Contains("\nserver {\n  listen      [::]:80;\n  listen      127.0.0.1:80;\n  server_name shop.example.com;\n", view, StringComparison.Ordinal);
        Assert.Contains("  client_max_body_size 1m;\n", view, StringComparison.Ordinal);
        Assert.Contains("    return 502;\n", view, StringComparison.Ordinal);
    }

    [Fact]
    public async Task finds_faults_that_hands_made()
    {
        Assert.Equal("", await _berth.OkAsync("nginx:validate-config"));
        await _berth.OkAsync("nginx:set", "shop", "hsts", "true");
        Berth.Kernel.AtomicFile.Write($"{_berth.Lib}/config/nginx/shop/hsts", "perhaps");
        var result = await _berth.RunAsync("nginx:validate-config", "shop");
        Assert.Equal(1, result.Status);
        Assert.Contains(" !     shop: hsts: 'perhaps' cannot be set: it is not true or false.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task writes_no_log_where_none_belongs()
    {
        var result = await _berth.RunAsync("nginx:set", "shop", "access-log-path", "/etc/passwd");
        Assert.Equal(0, result.Status);
        Assert.Contains("below /var/log only", result.Error, StringComparison.Ordinal);
        Assert.Contains("explain nginx-log-disabled", (await _berth.RunAsync("nginx:access-logs", "shop")).Error, StringComparison.Ordinal);
        Assert.Equal("", await _berth.OkAsync("nginx:error-logs", "shop"));
    }

    [Theory]
    [InlineData("certs")]
    [InlineData("nginx")]
    [InlineData("ports")]
    [InlineData("proxy")]
    public async Task helps_alike_in_all_three_ways(string feature)
    {
        var help = await _berth.OkAsync($"{feature}:help");
        Assert.StartsWith($"Usage: berth {feature}[:COMMAND]\n", help, StringComparison.Ordinal);
        Assert.Contains($"\nAdditional commands:\n    {feature}:", help, StringComparison.Ordinal);
        Assert.Equal(help, await _berth.OkAsync(feature));
        Assert.Equal(help, await _berth.OkAsync(feature, "--help"));
    }

    private async Task FailsAsync(string line, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((1, "", $" !     {line}\n"), (result.Status, result.Output, result.Error));
    }
}
