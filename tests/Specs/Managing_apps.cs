using Berth.TestKit;

namespace Berth.Specs;

public sealed class Managing_apps(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task creates_lists_reports_and_destroys_one()
    {
        Assert.Equal("-----> Creating shop1...\n-----> Creating new app virtual host file...\n", await Berth.OkAsync("apps:create", "shop1"));
        Assert.Contains("\nshop1\n", await Berth.OkAsync("apps:list"), StringComparison.Ordinal);
        Assert.Equal($"{Berth.Home}/shop1\n", await Berth.OkAsync("apps:report", "shop1", "--app-dir"));
        Assert.Equal("", await Berth.OkAsync("apps:exists", "shop1"));

        await Berth.OkAsync("apps:destroy", "--force", "shop1");

        Assert.False(Directory.Exists($"{Berth.Home}/shop1"));
        Assert.False(Directory.Exists($"{Berth.Lib}/config/shop1"));
        Assert.Empty(Directory.EnumerateFiles($"{Berth.Lib}/run/locks", "shop1.*"));
        Assert.Equal(20, (await Berth.RunAsync("apps:exists", "shop1")).Status);
    }

    [Fact]
    public async Task leaves_the_headline_out_when_asked_to_be_quiet()
    {
        await Berth.OkAsync("apps:create", "quiet1");
        Assert.DoesNotContain("=====>", await Berth.OkAsync("--quiet", "apps:list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_exactly_what_a_script_looks_for_when_there_is_no_such_app()
    {
        var result = await Berth.RunAsync("apps:report", "nobody1");
        Assert.Equal((20, "", " !     App nobody1 does not exist\n"), (result.Status, result.Output, result.Error));
    }

    [Theory]
    [InlineData("Please specify an app to run the command on", "apps:create", "")]
    [InlineData("Please specify an app to run the command on", "apps:exists", "")]
    [InlineData("Please specify an app to run the command on", "apps:clone", "", "b")]
    [InlineData("Please specify an new app name", "apps:rename", "a", "")]
    [InlineData("unknown flag: --nonsense", "apps:list", "--nonsense")]
    [InlineData("invalid argument \"maybe\" for \"--force\" flag: neither true nor false", "apps:destroy", "a", "--force=maybe")]
    [InlineData("Invalid format specified, supported formats: json, stdout (given: xml)", "apps:list", "--format", "xml")]
    public async Task refuses_a_word_that_is_missing_or_none(string said, params string[] words)
    {
        var result = await Berth.RunAsync(words);
        Assert.Equal((1, "", $" !     {said}\n"), (result.Status, result.Output, result.Error));
    }

    [Theory]
    [InlineData("Shop")]
    [InlineData("-shop")]
    [InlineData("a b")]
    [InlineData("../etc")]
    [InlineData("a/b")]
    [InlineData("$(id)")]
    [InlineData("a\nb")]
    public async Task refuses_a_name_that_is_none(string name)
    {
        var result = await Berth.RunAsync("apps:create", "--", name);
        Assert.Equal(1, result.Status);
        Assert.StartsWith(" !     App name must begin with lowercase alphanumeric character", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_a_name_that_is_taken()
    {
        await Berth.OkAsync("apps:create", "twice1");
        var result = await Berth.RunAsync("apps:create", "twice1");
        Assert.Equal((1, " !     Name is already taken\n"), (result.Status, result.Error));
    }

    [Fact]
    public async Task destroys_only_what_is_named_back()
    {
        await Berth.OkAsync("apps:create", "precious1");

        var refused = await Berth.RunAsync(["apps:destroy", "precious1"], "precious\n");
        Assert.Equal(1, refused.Status);
        Assert.Contains("To proceed, type \"precious1\"", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Berth.RunAsync("apps:exists", "precious1")).Status);

        Assert.Equal(0, (await Berth.RunAsync(["apps:destroy", "precious1"], "precious1\n")).Status);
        Assert.Equal(20, (await Berth.RunAsync("apps:exists", "precious1")).Status);
    }

    [Fact]
    public async Task listens_to_no_answer_that_never_ends()
    {
        await Berth.OkAsync("apps:create", "precious2");
        var refused = await ExternalProgram.RunAsync("sh", ["-c", "\"$0\" apps:destroy precious2 </dev/zero", BerthProgram.Path], Berth.Environment);
        Assert.Equal(1, refused.Status);
        Assert.Contains("Confirmation did not match precious2. Aborted.", refused.Error, StringComparison.Ordinal);
        await Berth.OkAsync("apps:exists", "precious2");
    }

    [Fact]
    public async Task destroys_one_app_at_a_time()
    {
        await Berth.OkAsync("apps:create", "many1");
        await Berth.OkAsync("apps:create", "many2");
        var result = await Berth.RunAsync("--force", "apps:destroy", "many1", "many2");
        Assert.Equal((1, " !     Unexpected argument(s): [many2]\n"), (result.Status, result.Error));
        await Berth.OkAsync("apps:exists", "many1");
    }

    [Fact]
    public async Task keeps_what_was_deployed_and_whether_a_push_may_make_an_app()
    {
        await using var bare = BerthServer.WithoutDaemon();
        await bare.OkAsync("apps:create", "app");
        Assert.Equal("=====> Setting deploy-source to git\n", await bare.OkAsync("apps:set", "app", "deploy-source", "git"));
        Assert.Equal("git\n", await bare.OkAsync("apps:report", "app", "--app-deploy-source"));
        Assert.Equal("=====> Setting disable-autocreation to true\n", await bare.OkAsync("apps:set", "--global", "disable-autocreation", "true"));
        Assert.Equal("true\n", await bare.OkAsync("apps:report", "--global", "--app-global-disable-autocreation"));
        Assert.Equal(1, (await bare.RunAsync("apps:set", "app", "disable-autocreation", "true")).Status);

        // Scripts of this generation read keys with and without their prefix.
        var json = await bare.OkAsync("apps:report", "app", "--format", "json");
        Assert.Contains("\"deploy-source\":\"git\"", json, StringComparison.Ordinal);
        Assert.Contains("\"app-deploy-source\":\"git\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task takes_a_switch_that_is_written_out()
    {
        await Berth.OkAsync("apps:create", "switch1");
        Assert.Equal(1, (await Berth.RunAsync(["apps:destroy", "--force=false", "switch1"], "")).Status);
        await Berth.OkAsync("apps:destroy", "--force=false", "--force=true", "switch1");
    }

    [Fact]
    public async Task takes_the_app_from_a_global_word()
    {
        await Berth.OkAsync("apps:create", "global1");
        Assert.Equal($"{Berth.Home}/global1\n", await Berth.OkAsync("--app", "global1", "apps:report", "--app-dir"));
    }

    [Fact]
    public async Task works_without_a_daemon_as_far_as_files_carry_it()
    {
        await using var bare = BerthServer.WithoutDaemon();
        Assert.Equal((0, " !     You haven't deployed any applications yet\n"), await ErrorAsync(bare, "apps:list"));
        Assert.Equal("[]\n", await bare.OkAsync("apps:list", "--format", "json"));
        await bare.OkAsync("apps:create", "alone");
        await bare.OkAsync("config:set", "alone", "A=1");
        Assert.Equal("1\n", await bare.OkAsync("config:get", "alone", "A"));

        var (status, error) = await ErrorAsync(bare, "deploy", "alone", Checkout.File("examples", "hello"));
        Assert.Equal(1, status);
        Assert.Contains("needs the daemon", error, StringComparison.Ordinal);
        Assert.Contains("berth serve", error, StringComparison.Ordinal);
        await bare.OkAsync("apps:destroy", "alone", "--force");
    }

    private static async Task<(int Status, string Error)> ErrorAsync(BerthServer berth, params string[] words)
    {
        var result = await berth.RunAsync(words);
        return (result.Status, result.Error);
    }
}
