using Berth.Platform.Plugins;
using CsCheck;

namespace Berth.Platform.Tests.Plugins;

public sealed class Reading_a_plugin_address
{
    [Theory]
    [InlineData("https://github.com/dokku/dokku-letsencrypt.git")]
    [InlineData("https://github.com/dokku/dokku-letsencrypt")]
    [InlineData("https://github.com/dokku/dokku-letsencrypt/")]
    [InlineData("http://www.github.com/dokku/dokku-letsencrypt.git")]
    [InlineData("https://token@GitHub.com:443/Dokku/Dokku-LetsEncrypt.git")]
    [InlineData("git://github.com/dokku/dokku-letsencrypt.git")]
    [InlineData("ssh://git@github.com/dokku/dokku-letsencrypt.git")]
    [InlineData("ssh://git@github.com:22/dokku/dokku-letsencrypt.git")]
    [InlineData("git@github.com:dokku/dokku-letsencrypt.git")]
    public void knows_the_one_that_is_built_in_however_it_is_spelled(string address)
    {
        Assert.True(PluginSource.TryParse(address, out var source, out _));
        Assert.True(source.IsLetsEncrypt);
    }

    [Theory]
    [InlineData("https://github.com/dokku/dokku-letsencrypt-fork.git")]
    [InlineData("https://github.com/someone/dokku-letsencrypt.git")]
    [InlineData("https://example.com/github.com/dokku/dokku-letsencrypt.git")]
    public void takes_no_other_for_it(string address)
    {
        Assert.True(PluginSource.TryParse(address, out var source, out _));
        Assert.False(source.IsLetsEncrypt);
    }

    [Theory]
    [InlineData("https://github.com/dokku/dokku-redirect.git", "redirect")]
    [InlineData("git@github.com:dokku/dokku-http-auth.git", "http-auth")]
    [InlineData("git@host:dokku-x", "x")]
    [InlineData("/srv/plugins/dokku-my.plugin/", "my.plugin")]
    [InlineData("https://example.com/dokku-tool.tar.gz", "tool")]
    [InlineData("file:///tmp/smoke-test-plugin.tgz", "smoke-test-plugin")]
    public void names_the_plugin_after_its_last_part(string address, string name) => Assert.Equal(name, PluginName.OfAddress(address).Text);

    [Theory]
    [InlineData("")]
    [InlineData("--upload-pack=touch /tmp/x")]
    [InlineData("-x")]
    [InlineData("ext::sh -c id")]
    [InlineData("ext::id")]
    [InlineData("relative/folder")]
    [InlineData("/nowhere/at/all")]
    [InlineData("file://relative")]
    [InlineData("https://")]
    [InlineData("ftp://example.com/x.git")]
    [InlineData("word")]
    [InlineData("a\nb@host:path")]
    public void refuses_what_leads_nowhere_or_elsewhere(string address)
    {
        Assert.False(PluginSource.TryParse(address, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void never_fails_on_anything_else() => Gen.String.Sample(text =>
    {
        _ = PluginSource.TryParse(text, out _, out _);
        _ = PluginSource.TryParse($"https://{text}", out var source, out _) && source.IsLetsEncrypt;
        _ = PluginSource.TryParse($"a@{text}", out source, out _) && source.IsLetsEncrypt;
    });

    [Fact]
    public void makes_no_name_that_could_leave_its_folder() => Gen.String.Sample(text =>
    {
        if (PluginName.TryParse(text, out var name))
        {
            Assert.DoesNotContain('/', name.Text);
            Assert.NotEqual('.', name.Text[0]);
            Assert.NotEqual('-', name.Text[0]);
        }
    });
}
