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
        Assert.Equal("{\"A\":\"it's\",\"LONGER\":\"2\"}\n", await Berth.OkAsync("config:export", "conf2", "--format=json"));
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
    public async Task says_what_was_set_and_unset_and_that_nothing_runs_yet()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("domains:set-global", "dokku.me");
        await berth.OkAsync("apps:create", "app");
        var set = await berth.RunAsync("config:set", "app", "B=2", "LONG_NAME=1");
        Assert.Equal("-----> Setting config vars\n       B:          2\n       LONG_NAME:  1\n-----> Restarting app app\n", set.Output);
        Assert.Equal(" !     App app has not been deployed\n", set.Error);
        Assert.Equal(
            "-----> Unsetting B\n-----> Skipping NOPE, it is not set in the environment\n", await berth.OkAsync("config:unset", "--no-restart", "app", "B", "NOPE"));
        Assert.Equal("-----> Unsetting LONG_NAME\n", await berth.OkAsync("config:clear", "--no-restart", "app"));
        Assert.Equal("", await berth.OkAsync("--quiet", "config:set", "--no-restart", "app", "A=1"));
        Assert.Equal("A=1\n", await File.ReadAllTextAsync($"{berth.Lib}/config/app/ENV"));
        Assert.DoesNotContain("Restarting", await berth.OkAsync("config:set", "--global", "G=1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task imports_a_file_with_the_callers_rights_and_standard_input()
    {
        await Berth.OkAsync("apps:create", "conf7");
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["vars.env"], "# mine\nexport A='x y'\nB=\"1\\n2\"\n");

        await Berth.OkAsync("config:import", "--no-restart", "conf7", scratch["vars.env"]);
        Assert.Equal("x y\n", await Berth.OkAsync("config:get", "conf7", "A"));
        Assert.Equal("1\n2\n", await Berth.OkAsync("config:get", "conf7", "B"));

        var replaced = await Berth.RunAsync(["--quiet", "config:import", "--replace", "--format", "json", "--no-restart", "conf7", "-"], "{\"C\":\"3\"}");
        Assert.Equal((0, "", ""), (replaced.Status, replaced.Output, replaced.Error));
        Assert.Equal("C\n", await Berth.OkAsync("config:keys", "conf7"));

        var refused = await Berth.RunAsync(["--app", "conf7", "config:import", "--no-restart", "-"], "C=4\nnonsense\n");
        Assert.Equal((1, " !     Cannot import config vars: line 2 is not KEY=VALUE\n"), (refused.Status, refused.Error));
        Assert.Equal("3\n", await Berth.OkAsync("config:get", "conf7", "C"));
        var missing = await Berth.RunAsync("config:import", "conf7", scratch["nothing"]);
        Assert.Equal((1, "", $" !     Cannot read {scratch["nothing"]}\n"), (missing.Status, missing.Output, missing.Error));
    }

    [Fact]
    public async Task bundles_them_as_files()
    {
        await Berth.OkAsync("apps:create", "conf8");
        await Berth.OkAsync("config:set", "--no-restart", "conf8", "A=line one", "B=é");
        using var scratch = new ScratchFolder();
        var bundle = await Berth.OkAsync("config:bundle", "conf8");
        await File.WriteAllTextAsync(scratch["b.tar"], bundle);
        await ExternalProgram.SucceedAsync("tar", ["-C", scratch.Path, "-xf", scratch["b.tar"]]);
        Assert.Equal(("line one", "é"), (await File.ReadAllTextAsync(scratch["A"]), await File.ReadAllTextAsync(scratch["B"])));
    }

    [Fact]
    public async Task ends_silently_with_1_when_a_key_is_not_there()
    {
        await Berth.OkAsync("apps:create", "conf4");
        var result = await Berth.RunAsync("config:get", "conf4", "NOTHING");
        Assert.Equal((1, "", ""), (result.Status, result.Output, result.Error));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("../etc")]
    [InlineData("UPPER")]
    public async Task ends_silently_with_1_when_a_script_asks_for_a_key_of_no_app(string app)
    {
        var result = await Berth.RunAsync("config:get", app, "NOTHING");
        Assert.Equal((1, "", ""), (result.Status, result.Output, result.Error));
        Assert.NotEqual("", (await Berth.RunAsync("config:get", app)).Error);
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
