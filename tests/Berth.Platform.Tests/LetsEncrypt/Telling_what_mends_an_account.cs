using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Preflight;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A remedy names the command that does it, for whom it is to be done.</summary>
public sealed class Telling_what_mends_an_account
{
    private static readonly AppName Shop = AppName.Parse("shop");

    public static TheoryData<string> Closed => [.. new[]
    {
        AcmeProblems.AccountUnknown, AcmeProblems.AccountKeyInvalid, AcmeProblems.AccountDeactivated, AcmeProblems.Unauthorized, AcmeProblems.KeyChangeUnsupported,
    }.Select(code => code.Id)];

    [Theory]
    [MemberData(nameof(Closed))]
    public void names_the_command_that_puts_it_aside(string code)
    {
        var problem = new Problem(new ProblemCode(code), "No.", "Remove the stored account to register a new one.");

        Assert.Contains("`berth letsencrypt:account-forget shop`", LetsEncryptProblems.OfAccount("shop", "", problem).Remedy, StringComparison.Ordinal);
        Assert.Contains("`berth letsencrypt:account-forget --global --server staging`", LetsEncryptProblems.OfAccount("--global", "staging", problem).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void leaves_alone_what_is_about_no_account()
    {
        var problem = new Problem(AcmeProblems.Malformed, "No.", "Run the command again.");

        Assert.Equal(problem, LetsEncryptProblems.OfAccount("shop", "", problem));
    }

    [Theory]
    [InlineData(GateKind.Paused, "https://ca.example/unpause", "Open https://ca.example/unpause in a browser, then run `berth letsencrypt:enable shop`.")]
    [InlineData(GateKind.Paused, null, "Wait until then; `berth letsencrypt:limits shop` shows what is left.")]
    [InlineData(GateKind.Limit, "https://ca.example/docs", "Wait until then; `berth letsencrypt:limits shop` shows what is left.")]
    public void does_not_have_anybody_wait_for_a_pause_that_a_person_lifts(GateKind kind, string? page, string remedy)
    {
        var gate = new LineageGate { Kind = kind, Until = DateTimeOffset.UnixEpoch, Reason = "because", Page = page };

        Assert.Equal(remedy, CheckCommands.OfGate(Shop, gate).Remedy);
    }

    [Theory]
    [InlineData(true, "They are tried again by themselves; `berth letsencrypt:status shop` says when.")]
    [InlineData(false, "`berth letsencrypt:auto-renew shop` tries them again; `berth letsencrypt:status shop` says from when on.")]
    public void does_not_say_that_a_name_is_tried_by_itself_where_renewal_is_off(bool goesOn, string remedy) =>
        Assert.Equal(remedy, LetsEncryptProblems.LeftOutOf(Shop, [new FailedName("shop.example.com", "acme-validation-dns", "no")], [], goesOn)!.Remedy);
}
