using Berth.Acme.Dns;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Dns;

public sealed class Reading_a_providers_settings : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void takes_a_value_from_a_file_without_its_line_end()
    {
        AtomicFile.Write(_scratch["token"], "the token\n");

        Assert.Equal("the token", Settings(("DO_AUTH_TOKEN_FILE", _scratch["token"])).RequireSecret("DO_AUTH_TOKEN"));
    }

    [Fact]
    public void prefers_the_value_to_the_file() =>
        Assert.Equal("here", Settings(("X", "here"), ("X_FILE", _scratch["missing"])).Require("X"));

    [Fact]
    public void names_a_file_that_cannot_be_read()
    {
        var problem = Assert.Throws<ProblemException>(() => Settings(("X_FILE", _scratch["missing"])).Require("X")).Problem;

        Assert.Equal(DnsProblems.SettingInvalid, problem.Code);
        Assert.Contains("X_FILE", problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void counts_an_empty_value_as_none(string value) => Assert.Null(Settings(("X", value)).Find("X"));

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("99999999999")]
    public void refuses_numbers_that_cannot_be_meant(string value) => Assert.Equal(
        DnsProblems.SettingInvalid, Assert.Throws<ProblemException>(() => Settings(("X", value)).Number("X", 1, 0, 100)).Problem.Code);

    [Fact]
    public void takes_every_secret_out_of_foreign_words()
    {
        var settings = Settings(("A", "s3cret/+"), ("B", "s3cret/+longer"));
        settings.RequireSecret("A");
        settings.RequireSecret("B");

        Assert.Equal("key *** or *** or ***", settings.Scrub("key s3cret/+longer or s3cret/+ or s3cret%2F%2B"));
    }

    [Fact]
    public void bounds_the_wait_for_a_record() => Assert.Equal(
        new DnsPatience(TimeSpan.FromSeconds(300), TimeSpan.FromSeconds(2)),
        Settings(("DO_PROPAGATION_TIMEOUT", "300")).Patience("DO", 60, 2));

    private static DnsSettings Settings(params (string Name, string Value)[] values) =>
        new("test", values.ToDictionary(pair => pair.Name, pair => pair.Value), DnsRights.Own);
}
