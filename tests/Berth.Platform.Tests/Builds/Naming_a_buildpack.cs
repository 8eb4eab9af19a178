using Berth.Kernel;
using Berth.Platform.Builds;
using CsCheck;

namespace Berth.Platform.Tests.Builds;

public sealed class Naming_a_buildpack
{
    [Theory]
    [InlineData("heroku/nodejs", "https://github.com/heroku/heroku-buildpack-nodejs.git")]
    [InlineData("heroku-community/nginx", "https://github.com/heroku/heroku-buildpack-nginx.git")]
    [InlineData("https://github.com/heroku/heroku-buildpack-nodejs#v87", "https://github.com/heroku/heroku-buildpack-nodejs#v87")]
    [InlineData("git@github.com:me/pack.git", "git@github.com:me/pack.git")]
    public void takes_an_address_or_its_short_form(string text, string address) => Assert.Equal(address, BuildpackUrl.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nodejs")]
    [InlineData("https://github.com")]
    [InlineData("https://github.com//x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://host/owner/re po")]
    [InlineData("https://host/owner/repo\nother")]
    [InlineData("--upload-pack=x")]
    public void refuses_what_is_none(string? text) =>
        Assert.Equal(BuildProblems.BuildpackInvalid, Assert.Throws<ProblemException>(() => BuildpackUrl.Parse(text)).Problem.Code);

    [Fact]
    public void gives_what_it_takes_again_for_any_words() => Gen.String.Sample(text =>
    {
        try
        {
            var address = BuildpackUrl.Parse(text);
            Assert.Equal(address, BuildpackUrl.Parse(address));
            Assert.DoesNotContain(address, char.IsControl);
        }
        catch (ProblemException e)
        {
            Assert.Equal(BuildProblems.BuildpackInvalid, e.Problem.Code);
        }
    });
}
