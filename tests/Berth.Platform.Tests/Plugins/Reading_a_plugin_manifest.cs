using Berth.Platform.Plugins;
using CsCheck;

namespace Berth.Platform.Tests.Plugins;

public sealed class Reading_a_plugin_manifest
{
    [Fact]
    public void finds_version_and_description()
    {
        Assert.True(PluginManifest.TryParse("[plugin]\ndescription = \"Redirects\"\nversion = \"0.5.0\"\n[plugin.config]\n", out var manifest, out _));
        Assert.Equal(new PluginManifest("0.5.0", "Redirects"), manifest);
    }

    [Fact]
    public void leaves_what_else_the_plugin_says_to_the_plugin()
    {
        const string text = "author = \"x\"\n[plugin]\nversion = \"1\"\ndescription = \"\"\nmore = [1, 2]\n[plugin.config.deep]\na = true\n[other]\nb = 1.5\n";
        Assert.True(PluginManifest.TryParse(text, out var manifest, out var reason), reason);
        Assert.Equal("1", manifest.Version);
    }

    [Theory]
    [InlineData("", "it has no [plugin] section")]
    [InlineData("[plugins]\nversion = \"1\"", "it has no [plugin] section")]
    [InlineData("[plugin]\ndescription = \"x\"", "[plugin] names no version")]
    [InlineData("[plugin]\nversion = \" \"\ndescription = \"x\"", "[plugin] names no version")]
    [InlineData("[plugin]\nversion = \"1\"", "[plugin] has no description")]
    [InlineData("[plugin", "it is no TOML")]
    [InlineData("plugin = 1", "it is no TOML")]
    [InlineData("[plugin]\nversion = { a = 1 }\ndescription = \"x\"", "it is no TOML")]
    public void says_what_is_wrong(string text, string expected)
    {
        Assert.False(PluginManifest.TryParse(text, out _, out var reason));
        Assert.StartsWith(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void keeps_columns_and_terminals_whole()
    {
        Assert.True(PluginManifest.TryParse(
            "[plugin]\nversion = \"1 .0\\n2\"\ndescription = \"a\\u001b[31m\\nb\"", out var manifest, out _));
        Assert.Equal("1.02", manifest.Version);
        Assert.Equal("a?[31m?b", manifest.Description);
    }

    [Fact]
    public void refuses_a_file_that_is_no_manifest_any_more() =>
        Assert.False(PluginManifest.TryParse(new string('#', 70_000), out _, out _));

    [Theory]
    [InlineData("\"\\")]
    [InlineData("F\"a\\")]
    public void refuses_an_escape_that_the_end_cuts_off(string key) => Assert.False(PluginManifest.TryParse($"[plugin]\n{key}", out _, out _));

    [Fact]
    public void never_fails_on_anything_else() => Gen.String.Sample(text =>
    {
        _ = PluginManifest.TryParse(text, out _, out _);
        _ = PluginManifest.TryParse($"[plugin]\nversion = {text}\n", out _, out _);
        _ = PluginManifest.TryParse($"[plugin]\n{text}", out _, out _);
    });

    [Fact]
    public void returns_what_was_written() => Gen.Char.AlphaNumeric.Array[1, 30].Sample(letters =>
    {
        var word = new string(letters);
        Assert.True(PluginManifest.TryParse($"[plugin]\nversion = \"{word}\"\ndescription = \"{word} {word}\"", out var manifest, out _));
        Assert.Equal(new PluginManifest(word, $"{word} {word}"), manifest);
    });
}
