using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What can be wrong with how the program is called: always a problem with a code, never a trace, never exit 0.</summary>
public sealed class Failing_in_plain_words
{
    // Opens, changes or removes what the program then finds; it takes the program's place itself, so no shell is between.
    private const string Full = "open STDOUT, '>', '/dev/full'; exec @ARGV";
    private const string Gone = "mkdir \"$ENV{DOKKU_ROOT}.gone\"; chdir \"$ENV{DOKKU_ROOT}.gone\"; rmdir \"$ENV{DOKKU_ROOT}.gone\"; exec @ARGV";
    private const string Bytes = "exec @ARGV, \"KEY=\\xff\\xfe\"";
    private const string Closed = "close STDOUT; exec @ARGV";

    [Theory]
    [InlineData(Full, "apps:list", "output-not-written")]
    [InlineData(Full, "version", "output-not-written")]
    [InlineData(Full, "doctor", "output-not-written")]
    [InlineData(Full, "explain", "output-not-written")]
    [InlineData(Closed, "apps:list", "output-not-written")]
    [InlineData(Bytes, "config:set app", "word-not-utf8")]
    [InlineData(Bytes, "serve", "word-not-utf8")]
    public async Task when_words_cannot_come_in_or_go_out(string how, string words, string code)
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");

        var result = await PerlAsync(berth, how, words.Split(' '));

        Assert.NotEqual(0, result.Status);
        Assert.Contains($"explain {code}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task when_the_folder_it_was_started_in_is_gone()
    {
        await using var berth = BerthServer.WithoutDaemon();
        Assert.Equal(0, (await PerlAsync(berth, Gone, ["apps:create", "app"])).Status);
        var result = await PerlAsync(berth, Gone, ["ca", "serve", "--data", "here"]);
        Assert.Equal(1, result.Status);
        Assert.Contains("explain working-folder-gone", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("option-invalid", "ca", "serve", "--data", "")]
    [InlineData("option-invalid", "ca", "serve", "--nope", "x")]
    [InlineData("option-invalid", "serve", "--nope")]
    [InlineData("option-invalid", "doctor", "--nope")]
    [InlineData("problem-unknown", "explain", "nope")]
    public async Task when_an_option_is_none(string code, params string[] words)
    {
        await using var berth = BerthServer.WithoutDaemon();
        var result = await berth.RunAsync(words);
        Assert.Equal(1, result.Status);
        Assert.Contains($"explain {code}", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal-error", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nowhere/berth.sock", "daemon-not-there")]
    [InlineData("/nowhere/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "option-invalid")]
    public async Task when_the_socket_that_was_named_leads_nowhere(string socket, string code)
    {
        await using var berth = BerthServer.WithoutDaemon();
        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["apps:create", "app"], new Dictionary<string, string?>
        {
            ["DOKKU_ROOT"] = berth.Home,
            ["DOKKU_LIB_ROOT"] = berth.Lib,
            ["BERTH_SOCKET"] = socket,
        });
        Assert.Equal(1, result.Status);
        Assert.Contains($"explain {code}", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{berth.Home}/app"));
    }

    [Fact]
    public async Task when_a_detached_daemons_log_cannot_be_written()
    {
        await using var berth = BerthServer.WithoutDaemon();
        Directory.CreateDirectory($"{berth.Lib}/run/berth.log");
        var result = await berth.RunAsync("serve", "--detach", "--http-port", "0", "--https-port", "0", "--no-authority");
        Assert.Equal(1, result.Status);
        Assert.Contains("explain state-not-writable", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task and_names_the_help_for_a_flag_it_does_not_know()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var result = await berth.RunAsync("apps:create", "--nope", "app");
        Assert.Equal(1, result.Status);
        Assert.Equal(" !     unknown flag: --nope\n", result.Error);
        Assert.Contains("apps:help", (await berth.OnTerminalAsync("apps:create", "--nope", "app")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task and_calls_itself_as_it_was_called()
    {
        await using var berth = BerthServer.WithoutDaemon();
        using var scratch = new ScratchFolder();
        File.CreateSymbolicLink(scratch["dokku"], BerthProgram.Path);
        var environment = new Dictionary<string, string?> { ["DOKKU_ROOT"] = berth.Home, ["DOKKU_LIB_ROOT"] = berth.Lib };

        var result = await ExternalProgram.RunAsync(scratch["dokku"], ["letsencrypt:set", "--global", "graceperiod", "x"], environment);
        var unknown = await ExternalProgram.RunAsync(scratch["dokku"], ["explain", "app-unknow"], environment);

        Assert.Contains("More: `dokku explain letsencrypt-graceperiod-invalid`", result.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean `dokku explain app-unknown`?", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task and_knows_what_a_misspelt_DNS_provider_was_to_be()
    {
        await using var berth = BerthServer.WithoutDaemon();

        var result = await berth.RunAsync("letsencrypt:set", "--global", "dns-provider", "clodflare");

        Assert.Contains("Did you mean cloudflare? Choose one of: acme-dns,", result.Error, StringComparison.Ordinal);
    }

    /// <summary>The first line is the contract's; what helps stands below it.</summary>
    [Theory]
    [InlineData("Did you mean key-type?", "app", "key-typ", "p256")]
    [InlineData("or one of Berth's own: by-default, ", "app", "nothing-like-it", "x")]
    [InlineData("There is no property 'emial'. Did you mean email? These can be set for all apps: by-default, ", "--global", "emial", "x")]
    public async Task and_knows_what_a_misspelt_property_was_to_be(string remedy, params string[] words)
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");

        var result = await berth.OnTerminalAsync(["letsencrypt:set", .. words]);

        Assert.Equal(1, result.Status);
        Assert.Contains(words[0] == "app" ? "valid properties include: dns-provider, dns-provider-*, email," : "Property cannot be specified globally", result.Output, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Set emial for one app", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task and_shows_a_hostile_value_spelled_out_on_a_terminal_and_as_it_is_to_a_pipe()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        await berth.OkAsync("config:set", "--no-restart", "app", "KEY=\x1b]0;owned\x07");

        Assert.Equal("\x1b]0;owned\x07\n", await berth.OkAsync("config:get", "app", "KEY"));
        Assert.Contains("\\x1b]0;owned\\x07", (await berth.OnTerminalAsync("config:get", "app", "KEY")).Output, StringComparison.Ordinal);
    }

    private static Task<CommandResult> PerlAsync(BerthServer berth, string script, IEnumerable<string> words) => ExternalProgram.RunAsync(
        "perl", ["-e", script, BerthProgram.Path, .. words],
        new Dictionary<string, string?> { ["DOKKU_ROOT"] = berth.Home, ["DOKKU_LIB_ROOT"] = berth.Lib });
}
