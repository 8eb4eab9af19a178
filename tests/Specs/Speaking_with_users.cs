using Berth.TestKit;

namespace Berth.Specs;

public sealed class Speaking_with_users(SharedServer server)
{
    private BerthServer Berth => server.Berth;

    [Fact]
    public async Task suggests_the_command_that_was_probably_meant()
    {
        var result = await Berth.RunAsync("app:creat", "x");
        Assert.Equal(1, result.Status);
        Assert.StartsWith(" !     `app:creat x` is not a berth command.\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task answers_to_the_name_dokku_with_the_contract_it_keeps()
    {
        using var scratch = new ScratchFolder();
        File.CreateSymbolicLink(scratch["dokku"], BerthProgram.Path);

        var version = await ExternalProgram.RunAsync(scratch["dokku"], ["version"]);
        var unknown = await ExternalProgram.RunAsync(scratch["dokku"], ["nope"], new Dictionary<string, string?>
        {
            ["DOKKU_ROOT"] = Berth.Home,
            ["DOKKU_LIB_ROOT"] = Berth.Lib,
        });

        Assert.Matches(@"^dokku version \d+\.\d+\.\d+\n$", version.Output);
        Assert.StartsWith(" !     `nope` is not a dokku command.\n", unknown.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apps:help")]
    [InlineData("apps")]
    [InlineData("apps --help")]
    public async Task shows_a_features_help_in_the_contracts_shape(string words)
    {
        var help = await Berth.OkAsync(words.Split(' '));
        Assert.StartsWith("Usage: berth apps[:COMMAND]\n\nManage apps\n\nAdditional commands:\n    apps:clone ", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task explains_every_problem_it_prints()
    {
        var result = await Berth.RunAsync("explain", "letsencrypt-email-missing");
        Assert.Equal(0, result.Status);
        Assert.Contains("letsencrypt:set", result.Output, StringComparison.Ordinal);
        Assert.Equal(await Berth.OkAsync("explain"), await Berth.OkAsync("explain", "--help"));
    }

    [Fact]
    public async Task finds_a_problem_by_its_code_in_any_letters_and_by_a_word_of_it()
    {
        Assert.Equal(await Berth.OkAsync("explain", "letsencrypt-email-missing"), await Berth.OkAsync("explain", "LETSENCRYPT-EMAIL-MISSING"));

        var result = await Berth.RunAsync("explain", "Email");

        Assert.Equal(1, result.Status);
        Assert.Contains("Codes with that word: email-invalid, ", result.Error, StringComparison.Ordinal);
        Assert.Contains(", letsencrypt-email-missing", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task names_report_flags_that_exist()
    {
        await Berth.OkAsync("apps:create", "words1");
        var result = await Berth.RunAsync("domains:report", "words1", "--domains-nope");
        Assert.Equal(1, result.Status);
        Assert.Equal(
            " !     Invalid flag passed, valid flags: --domains-app-enabled, --domains-app-vhosts, --domains-global-enabled, --domains-global-vhosts\n",
            result.Error);
    }

    [Fact]
    public async Task refuses_a_format_with_a_single_flag()
    {
        await Berth.OkAsync("apps:create", "words2");
        var result = await Berth.RunAsync("domains:report", "words2", "--domains-app-vhosts", "--format", "json");
        Assert.Equal(" !     --format flag cannot be specified when specifying an info flag\n", result.Error);
    }

    [Fact]
    public async Task prints_reports_as_json_without_the_prefix()
    {
        await Berth.OkAsync("apps:create", "words3");
        Assert.Equal(
            "{\"app-enabled\":\"true\",\"app-vhosts\":\"words3.localhost\",\"global-enabled\":\"true\",\"global-vhosts\":\"localhost\"}\n",
            await Berth.OkAsync("domains:report", "words3", "--format", "json"));
    }

    [Fact]
    public async Task takes_words_of_any_kind_without_a_crash()
    {
        foreach (var word in (string[])["", " ", "\n", "--", "-", "--app", ":", "apps:", ":help", "a:b:c", new string('x', 5000), "\u001b[31m", "é", "%s%n"])
        {
            var result = await Berth.RunAsync(word);
            Assert.InRange(result.Status, 0, 20);
            Assert.DoesNotContain("   at Berth", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("\u001b", result.Error, StringComparison.Ordinal);
        }
    }
}
