using Berth.Acme.Looking;
using CsCheck;

namespace Berth.Acme.Tests.Looking;

public sealed class Judging_caa_records
{
    private const string Account = "https://ca.example/acct/7";
    private static readonly CaaPolicy Policy = new()
    {
        Identities = ["ca.example"],
        AccountUrl = Account,
        Methods = ["http-01", "tls-alpn-01"],
    };

    [Theory]
    [InlineData("issue", "ca.example")]
    [InlineData("ISSUE", " CA.example ")]
    [InlineData("issue", "ca.example; accounturi=" + Account)]
    [InlineData("issue", "ca.example; validationmethods=dns-01,http-01")]
    [InlineData("issue", "ca.example; unknown=1")]
    [InlineData("iodef", "mailto:you@example.com")]
    [InlineData("issuewild", "other.example")]
    public void lets_the_authority_issue(string tag, string value) =>
        Assert.Null(Policy.Refusal([new CaaProperty(0, tag, value)], isWildcard: false));

    [Theory]
    [InlineData(0, "issue", "other.example", "permit other.example, not ca.example")]
    [InlineData(0, "issue", ";", "permit nobody, not ca.example")]
    [InlineData(0, "issue", "ca.example.", "permit nobody, not ca.example")]
    [InlineData(0, "issue", "ca.example; accounturi=" + Account + "; accounturi=" + Account, "and " + Account + " only")]
    [InlineData(0, "issue", "ca.example; validationmethods=", "by  only")]
    [InlineData(0, "issue", "ca.example; accounturi=https://ca.example/acct/8", "for the account https://ca.example/acct/8")]
    [InlineData(0, "issue", "ca.example; validationmethods=dns-01", "by dns-01 only")]
    [InlineData(128, "tbs", "x", "critical tag 'tbs'")]
    public void keeps_it_from_issuing(byte flags, string tag, string value, string reason) =>
        Assert.Contains(reason, Policy.Refusal([new CaaProperty(flags, tag, value)], isWildcard: false), StringComparison.Ordinal);

    [Fact]
    public void takes_issuewild_for_wildcards_and_issue_where_there_is_none()
    {
        CaaProperty issue = new(0, "issue", "ca.example"), wild = new(0, "issuewild", "other.example");

        Assert.NotNull(Policy.Refusal([issue, wild], isWildcard: true));
        Assert.Null(Policy.Refusal([issue], isWildcard: true));
        Assert.Null(Policy.Refusal([issue, wild], isWildcard: false));
    }

    [Fact]
    public void is_content_when_one_of_several_records_fits() => Assert.Null(Policy.Refusal(
        [new(0, "issue", "other.example"), new(0, "issue", "ca.example; validationmethods=dns-01"), new(0, "issue", "ca.example")], isWildcard: false));

    [Fact]
    public void does_not_judge_by_an_account_it_does_not_have_yet() =>
        Assert.Null((Policy with { AccountUrl = null }).Refusal([new CaaProperty(0, "issue", "ca.example; accounturi=https://ca.example/acct/8")], isWildcard: false));

    [Fact]
    public void survives_any_record() => Gen.Select(Gen.Byte, Gen.String, Gen.String, Gen.Bool)
        .Sample((flags, tag, value, wildcard) => Policy.Refusal([new CaaProperty(flags, tag, value)], wildcard));
}
