using Berth.TestKit;

namespace Berth.Specs;

public sealed class Setting_config(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task keeps_values_byte_for_byte_whatever_they_hold()
    {
        await Berth.OkAsync("apps:create", "conf1");
        const string value = "a 'b' \"c\" $HOME `id` !! \\ \n second line = end #no comment";

        await Berth.OkAsync("config:set", "--no-restart", "conf1", $"TEXT={value}", "EMPTY=", "NUMBER=007");

        Assert.Equal(value + "\n", await Berth.OkAsync("config:get", "conf1", "TEXT"));
        Assert.Equal("007\n", await Berth.OkAsync("config:get", "conf1", "NUMBER"));
        Assert.Equal("EMPTY\nNUMBER\nTEXT\n", await Berth.OkAsync("config:keys", "conf1"));
        Assert.Equal("rw-------", Mode($"{Berth.Lib}/config/conf1/ENV"));
    }

    [Fact]
    public async Task prints_them_in_each_format()
    {
        await Berth.OkAsync("apps:create", "conf2");
        await Berth.OkAsync("config:set", "--no-restart", "conf2", "A=it's", "LONGER=2");

        Assert.Equal("export A='it'\\''s'\nexport LONGER='2'\n", await Berth.OkAsync("config:export", "conf2"));
        Assert.Equal("A='it'\\''s' LONGER='2' ", await Berth.OkAsync("config:export", "--format", "shell", "conf2"));
        Assert.Equal("{\"A\":\"it\\u0027s\",\"LONGER\":\"2\"}\n", await Berth.OkAsync("config:export", "conf2", "--format=json"));
        Assert.Equal("=====> conf2 env vars\nA:       it's\nLONGER:  2\n", await Berth.OkAsync("config:show", "conf2"));
    }

    [Fact]
    public async Task lays_an_apps_values_over_the_global_ones()
    {
        await Berth.OkAsync("apps:create", "conf3");
        await Berth.OkAsync("config:set", "--global", "CONF3_SHARED=all", "CONF3_OWN=all");
        await Berth.OkAsync("config:set", "--no-restart", "conf3", "CONF3_OWN=app");

        var merged = await Berth.OkAsync("config:export", "--merged", "conf3");

        Assert.Contains("CONF3_SHARED='all'", merged, StringComparison.Ordinal);
        Assert.Contains("CONF3_OWN='app'", merged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ends_silently_with_1_when_a_key_is_not_there()
    {
        await Berth.OkAsync("apps:create", "conf4");
        var result = await Berth.RunAsync("config:get", "conf4", "NOTHING");
        Assert.Equal((1, "", ""), (result.Status, result.Output, result.Error));
    }

    [Fact]
    public async Task reads_what_an_older_server_left_and_drains_it_once()
    {
        await Berth.OkAsync("apps:create", "conf5");
        await File.AppendAllTextAsync($"{Berth.Home}/conf5/ENV", "export OLD='from 2016'\n");

        Assert.Equal("from 2016\n", await Berth.OkAsync("config:get", "conf5", "OLD"));
        await Berth.OkAsync("config:set", "--no-restart", "conf5", "NEW=1");

        Assert.False(File.Exists($"{Berth.Home}/conf5/ENV"));
        Assert.Equal("from 2016\n", await Berth.OkAsync("config:get", "conf5", "OLD"));
    }

    [Theory]
    [InlineData("1A=x", "Invalid key name")]
    [InlineData("A-B=x", "Invalid key name")]
    [InlineData("secret-without-key", "Invalid env pair")]
    public async Task refuses_what_is_no_pair_and_does_not_repeat_it(string word, string expected)
    {
        await Berth.OkAsync("apps:create", $"conf6-{Math.Abs(word.GetHashCode(StringComparison.Ordinal))}");
        var result = await Berth.RunAsync("config:set", "--global", word);
        Assert.Equal(1, result.Status);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-without-key", result.Error, StringComparison.Ordinal);
    }

    private static string Mode(string path)
    {
        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((c, i) => (mode >> (8 - i) & 1) == 1 ? c : '-'));
    }
}
