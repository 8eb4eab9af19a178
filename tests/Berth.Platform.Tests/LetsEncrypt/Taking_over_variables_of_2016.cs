using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Properties;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Taking_over_variables_of_2016 : IDisposable
{
    private static readonly AppName App = AppName.Parse("hello");
    private readonly ScratchFolder _scratch = new();
    private readonly ConfigStore _config;
    private readonly PropertyStore _properties;
    private readonly LetsEncryptSettingsStore _settings;

    public Taking_over_variables_of_2016()
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        _config = new ConfigStore(store, TimeProvider.System);
        _properties = new PropertyStore(store, TimeProvider.System);
        _settings = new LetsEncryptSettingsStore(_properties, _config);
    }

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("DOKKU_LETSENCRYPT_EMAIL", "email", "you@example.com")]
    [InlineData("DOKKU_LETSENCRYPT_SERVER", "server", "staging")]
    [InlineData("DOKKU_LETSENCRYPT_GRACEPERIOD", "graceperiod", "864000")]
    [InlineData("DOKKU_LETSENCRYPT_ARGS", "lego-args", "--key-type ec384")]
    public async Task honours_each_and_moves_it_to_its_property(string variable, string key, string value)
    {
        await SetAsync(App, variable, value);
        Assert.Equal(value, _settings.Effective(App, key));

        Assert.Equal([variable], await _settings.MigrateAsync(App, CancellationToken.None));

        Assert.Null(_config.Get(App, variable));
        Assert.Equal(value, _properties.Get("letsencrypt", "hello", key));
        Assert.Equal(value, _settings.Effective(App, key));
        Assert.Empty(await _settings.MigrateAsync(App, CancellationToken.None));
    }

    [Fact]
    public async Task takes_a_variable_that_was_set_after_the_property_for_the_newer_word()
    {
        _properties.Set("letsencrypt", "hello", "server", "production");
        await SetAsync(App, "DOKKU_LETSENCRYPT_SERVER", "staging");

        Assert.Equal("staging", _settings.Effective(App, "server"));
        await _settings.MigrateAsync(App, CancellationToken.None);
        Assert.Equal("staging", _properties.Get("letsencrypt", "hello", "server"));
    }

    [Fact]
    public async Task lets_what_an_app_has_count_before_what_all_have()
    {
        await SetAsync(null, "DOKKU_LETSENCRYPT_EMAIL", "all@example.com");
        _properties.Set("letsencrypt", "hello", "email", "own@example.com");
        Assert.Equal("own@example.com", _settings.Effective(App, "email"));
        Assert.Equal("all@example.com", _settings.Effective(AppName.Parse("other"), "email"));
    }

    [Fact]
    public async Task renames_the_property_that_was_called_otherwise_once()
    {
        _properties.Set("letsencrypt", "hello", "lego-docker-args", "--dns.timeout 60");
        Assert.Equal("--dns.timeout 60", _settings.Effective(App, "lego-args"));
        await _settings.MigrateAsync(App, CancellationToken.None);
        Assert.Equal(("--dns.timeout 60", null), (_properties.Get("letsencrypt", "hello", "lego-args"), _properties.Get("letsencrypt", "hello", "lego-docker-args")));
    }

    [Fact]
    public void writes_the_files_the_plugin_keeps_beside_a_certificate()
    {
        _properties.Set("letsencrypt", PropertyStore.Global, "dns-provider-CF_KEY", "all");
        _properties.Set("letsencrypt", "hello", "dns-provider-CF_KEY", "own");
        _properties.Set("letsencrypt", PropertyStore.Global, "lego-docker-options", "-v /a:/b");
        Assert.Equal("CF_KEY=own\n", _settings.FilesOf(App)["docker.env"]);
        Assert.Equal("-v /a:/b\n", _settings.FilesOf(App)["docker_options"]);
    }

    private async Task SetAsync(AppName? app, string variable, string value) =>
        await _config.ChangeAsync(app, before => before.SetItem(variable, value), CancellationToken.None);
}
