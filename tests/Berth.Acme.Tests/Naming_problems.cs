using System.Reflection;
using System.Text.RegularExpressions;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Tests;

public sealed partial class Naming_problems
{
    private static IEnumerable<ProblemCode> Codes =>
        typeof(AcmeProblems).GetFields(BindingFlags.Public | BindingFlags.Static).Select(member => member.GetValue(null)).OfType<ProblemCode>();

    [Fact]
    public void gives_each_its_own_id_that_starts_with_the_area()
    {
        Assert.All(Codes, code => Assert.Matches(Id(), code.Id));
        Assert.Equal(Codes.Count(), Codes.Select(code => code.Id).Distinct().Count());
    }

    [Fact]
    public void covers_every_error_type_that_is_registered()
    {
        var types = typeof(AcmeError).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(member => (string)member.GetRawConstantValue()!)
            .Where(type => type != AcmeError.Prefix);

        Assert.Equal(types.Order(StringComparer.Ordinal), CaErrors.Types.Order(StringComparer.Ordinal));
        Assert.All(CaErrors.Types, type =>
        {
            Assert.NotEmpty(CaErrors.Find(type)!.Remedy);
            Assert.Contains(CaErrors.Find(type)!.Code, Codes.ToList());
        });
    }

    [Fact]
    public void of_several_names_takes_their_common_code_or_the_general_one()
    {
        var dns = new NameFailure("a.example", Document(AcmeError.Dns, "no such name"), ChallengeType.Http01, null);
        var connection = new NameFailure("b.example", Document(AcmeError.Connection, "refused"), ChallengeType.Http01, null);

        var same = AcmeProblems.ValidationFailed("ca.example", [dns, dns with { Name = "c.example" }]).Problem;
        var mixed = AcmeProblems.ValidationFailed("ca.example", [dns, connection]).Problem;

        Assert.Equal(AcmeProblems.ValidationDns, same.Code);
        Assert.Equal(AcmeProblems.ValidationRefused, mixed.Code);
        Assert.Equal(["a.example: no such name", "b.example: refused"], mixed.Details);
    }

    [Theory]
    [InlineData(ChallengeType.Http01, "port 80")]
    [InlineData(ChallengeType.TlsAlpn01, "port 443")]
    [InlineData(ChallengeType.Dns01, "_acme-challenge.a.example")]
    public void says_what_must_be_reachable_for_the_challenge_that_failed(string challenge, string expected)
    {
        var failure = new NameFailure("*.a.example", Document(AcmeError.Unauthorized, "wrong"), challenge, null);

        var problem = AcmeProblems.ValidationFailed("ca.example", [failure]).Problem;

        Assert.Equal(AcmeProblems.ValidationAnswer, problem.Code);
        Assert.Contains(expected, problem.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "1 second")]
    [InlineData(90, "90 seconds")]
    [InlineData(121, "3 minutes")]
    [InlineData(3 * 3600, "3 hours")]
    [InlineData(10 * 86400, "10 days")]
    public void speaks_times_as_people_do(int seconds, string expected) =>
        Assert.Equal(expected, AcmeProblems.Spoken(TimeSpan.FromSeconds(seconds)));

    private static ProblemDocument Document(string type, string detail) => new() { Type = type, Detail = detail };

    [GeneratedRegex("^acme(-[a-z]+)+$")]
    private static partial Regex Id();
}
