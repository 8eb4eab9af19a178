using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests.Issuing;

/// <summary>An order for other names is not gone on with: what is pending of it would count at the authority for days.</summary>
public sealed class Giving_way_to_another_order : AtScriptedAuthority
{
    [Fact]
    public async Task closes_what_is_pending_of_it()
    {
        await BeginAsync("other.example");

        await Guest.IssueAsync();

        Assert.Single(Guest.Stored);
        Assert.Equal(["deactivated", "ordered"], Heard());
    }

    /// <summary>Another account's, or one whose certificate may be issued, is not this one's to close.</summary>
    [Theory]
    [InlineData(OrderStage.Finalizing, "/account/1")]
    [InlineData(OrderStage.Ordered, "/account/2")]
    public async Task leaves_one_alone_that_is_not_its_to_close(OrderStage stage, string account)
    {
        await BeginAsync("other.example");
        await Guest.Journal.SaveAsync(Guest.Journal.Current! with { Stage = stage, AccountUrl = Authority.Url + account }, Cancel);

        await Guest.IssueAsync();

        Assert.Equal(["ordered"], Heard());
    }

    [Fact]
    public async Task waits_for_no_authority_that_hangs_over_it()
    {
        await BeginAsync("other.example");
        var time = new HeldTime(TimeSpan.FromSeconds(20));
        Guest.Time = time;
        Authority.Scripts["/order/1"] = context =>
        {
            Authority.Scripts.Clear();
            time.Ring();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        await Guest.IssueAsync();

        Assert.Single(Guest.Stored);
        Assert.Equal(["ordered"], Heard());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private async Task BeginAsync(string name)
    {
        Authority.Scripts["/authz/1"] = context => ScriptedAuthority.RefuseAsync(context, 503, "serverInternal", "busy");
        await Guest.FailAsync(new IssuanceRequest { Names = [DomainName.Parse(name)] });
        Assert.Equal(OrderStage.Ordered, Guest.Journal.Current?.Stage);
        Authority.Scripts.Clear();
        Authority.Requests.Clear();
    }

    private IEnumerable<string> Heard() => Authority.Requests
        .Where(request => request.Path == "/order" || (request.Path == "/authz/1" && (string?)request.Payload?["status"] == "deactivated"))
        .Select(request => request.Path == "/order" ? "ordered" : "deactivated");
}
