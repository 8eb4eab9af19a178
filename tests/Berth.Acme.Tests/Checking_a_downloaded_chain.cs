using System.Buffers.Text;
using System.Globalization;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests;

public sealed class Checking_a_downloaded_chain : AtScriptedAuthority
{
    private byte[] LastRequest => Base64Url.DecodeFromChars((string)Authority.Requests.Last().Payload!["csr"]!);

    [Fact]
    public async Task refuses_a_certificate_for_another_key() =>
        await RefusesAsync(_ => Authority.Issuer.SignStranger("app.example"), "another key");

    [Fact]
    public async Task refuses_a_certificate_without_a_name_that_was_ordered() =>
        await RefusesAsync(csr => Authority.Issuer.SignOtherName(csr, "other.example"), "the name app.example");

    [Fact]
    public async Task refuses_a_certificate_that_has_expired() => await RefusesAsync(
        csr => Authority.Issuer.Sign(csr, TimeProvider.System.GetUtcNow().AddDays(-9), TimeSpan.FromDays(8)), "not now");

    [Fact]
    public async Task refuses_a_certificate_of_the_future() =>
        await RefusesAsync(csr => Authority.Issuer.Sign(csr, TimeProvider.System.GetUtcNow().AddDays(1)), "not now");

    [Fact]
    public async Task refuses_a_chain_whose_links_only_share_a_name() => await RefusesAsync(
        csr => Authority.Issuer.Sign(csr).Replace(Authority.Issuer.RootPem, TestIssuer.ImpostorPem(), StringComparison.Ordinal),
        "not signed by the next");

    [Fact]
    public async Task refuses_what_is_no_certificate() => await CannotReadAsync(_ => "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n", "no certificate");

    /// <summary>Of a chain that breaks off the leaf alone would be served.</summary>
    [Fact]
    public async Task refuses_a_chain_that_breaks_off() => await CannotReadAsync(csr => Authority.Issuer.Sign(csr)[..^200], "breaks off");

    [Fact]
    public async Task refuses_a_private_key_from_a_stranger() => await CannotReadAsync(
        csr => Authority.Issuer.Sign(csr) + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "something else");

    [Fact]
    public async Task refuses_more_certificates_than_any_chain_has() => await CannotReadAsync(
        csr => Authority.Issuer.Sign(csr) + string.Concat(Enumerable.Repeat(Authority.Issuer.RootPem, 9)), "something else");

    [Fact]
    public async Task goes_by_the_authoritys_clock_and_warns_when_ours_is_off()
    {
        var ahead = TimeProvider.System.GetUtcNow().AddDays(2);
        foreach (var path in (string[])["/order", "/finalize/1", "/cert/1"])
        {
            Authority.Scripts[path] = context =>
            {
                context.Response.Headers.Date = ahead.ToString("r", CultureInfo.InvariantCulture);
                if (path == "/finalize/1")
                {
                    Authority.Chain = Authority.Issuer.Sign(LastRequest, ahead.AddMinutes(-1));
                }

                return Authority.BehaveAsync(context, path, Authority.Requests.Last().Payload);
            };
        }

        await Guest.IssueAsync();

        Assert.Contains(Guest.Steps, step => step is { Kind: IssuanceStepKind.ClockSkew, Detail: "48 hours" });
    }

    /// <summary>A proxy with a clock of its own, or with none: a certificate that was issued is not thrown away for that, to be paid for again.</summary>
    [Theory]
    [InlineData("Sun, 29 Nov 2015 10:00:00 GMT")]
    [InlineData("Sun, 29 Nov 2099 10:00:00 GMT")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    [InlineData("Mon, 01 Jan 0001 00:00:00 GMT")]
    public async Task takes_what_is_valid_by_this_machines_clock_whatever_a_header_says(string date)
    {
        Authority.Scripts["/cert/1"] = context =>
        {
            context.Response.Headers.Date = date;
            return Authority.BehaveAsync(context, "/cert/1", null);
        };

        await Guest.IssueAsync();

        Assert.Single(Guest.Stored);
    }

    private async Task RefusesAsync(Func<byte[], string> sign, string why)
    {
        Assert.Equal(AcmeProblems.CertificateWrong, await FailAsync(sign, why));
        Assert.Null(Guest.Journal.Current);
    }

    private async Task CannotReadAsync(Func<byte[], string> sign, string why)
    {
        Assert.Equal(AcmeProblems.ResponseInvalid, await FailAsync(sign, why));
        Assert.NotNull(Guest.Journal.Current);
    }

    private async Task<ProblemCode> FailAsync(Func<byte[], string> sign, string why)
    {
        Authority.Scripts["/finalize/1"] = context =>
        {
            Authority.Chain = sign(LastRequest);
            return Authority.BehaveAsync(context, "/finalize/1", null);
        };

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Contains(why, problem.Found, StringComparison.Ordinal);
        return problem.Code;
    }
}
