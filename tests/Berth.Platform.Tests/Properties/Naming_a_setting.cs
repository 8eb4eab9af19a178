using Berth.Platform.Properties;
using CsCheck;

namespace Berth.Platform.Tests.Properties;

public sealed class Naming_a_setting
{
    private static readonly Setting Family = new("dns-provider-*");

    [Theory]
    [InlineData("dns-provider-CF_API_KEY", true)]
    [InlineData("dns-provider-x", true)]
    [InlineData("dns-provider-", false)]
    [InlineData("dns-provider", false)]
    [InlineData("dns-provider-*", false)]
    [InlineData("dns-provider-../../x", false)]
    [InlineData("dns-provider-a b", false)]
    [InlineData("", false)]
    public void takes_every_key_of_a_family_that_is_safe_as_a_files_name(string key, bool taken) => Assert.Equal(taken, Family.Matches(key));

    [Fact]
    public void takes_no_key_that_could_leave_its_folder() => Gen.String.Sample(text =>
        Assert.False(Family.Matches("dns-provider-" + text) && text.AsSpan().ContainsAny("/.\0\n ")));
}
