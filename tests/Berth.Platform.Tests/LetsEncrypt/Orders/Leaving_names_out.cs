using Berth.Acme.Dns;
using Berth.Acme.Issuing;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Tests.Support;
using static Berth.Platform.Tests.LetsEncrypt.Orders.NewDomain;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A name fails as a certificate is renewed that covers it: whether the rest is taken instead.</summary>
public sealed class Leaving_names_out
{
    private const string Failing = "failing.example.com";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    /// <summary>
    /// Every certificate has a window around two thirds of its life, and is good for weeks when that is over. An attempt and its pause may take a quarter of an hour.
    /// </summary>
    [Theory]
    [InlineData(61, -0.1, null, false)]
    [InlineData(61, -1.5, "https://ca.example/incident", true)]
    [InlineData(61, 1, "https://ca.example/incident", false)]
    [InlineData(20, -0.1, null, true)]
    [InlineData(89.1, -20, null, true)]
    [InlineData(74.98, -10, null, false)]
    [InlineData(74.995, -10, null, true)]
    public async Task waits_until_its_owner_was_warned_or_the_server_takes_the_certificate_back(double age, double windowEnd, string? page, bool isTaken)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(age, Name, Failing), OrderingRoom.Window(windowEnd) with { ExplanationUrl = page });

        Assert.Equal(isTaken, room.Requests.RestOf(Room.App, Wanted(room, Name, Failing))([Name]));
    }

    /// <summary>One that is not tried this time, for it had failed before, is still on the certificate in service.</summary>
    [Fact]
    public async Task counts_among_the_names_that_would_be_lost_one_that_is_not_tried()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(61, Name, Failing), OrderingRoom.Window(1));
        var wanted = Wanted(room, Name, "third.example.com") with { Untried = [new FailedName(Failing, "acme-validation-dns", "no address")] };

        Assert.False(room.Requests.RestOf(Room.App, wanted)([Name]));
        Assert.Equal([Failing], room.Requests.LostOf(Room.App, wanted));
    }

    /// <summary>With a graceperiod longer than its lifetime it is always due, and would be had again at each try of the new name.</summary>
    [Fact]
    public async Task does_not_have_the_same_again_and_again_where_that_is_always_due()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set("graceperiod", "31536000");
        await room.InstallAsync(room.Aged(0.01, Name), OrderingRoom.Window(40));
        var wanted = Wanted(room, Name, Failing);
        Assert.True(room.Requests.RestOf(Room.App, wanted)([Name]));

        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { SuccessBefore = Now.AddMinutes(-20) });
        Assert.False(room.Requests.RestOf(Room.App, wanted)([Name]));
    }

    /// <summary>A domain too many is told of, and costs no other its renewal.</summary>
    [Fact]
    public async Task leaves_out_what_is_more_than_a_certificate_carries_where_one_is_in_service()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        string[] names = [Name, .. Enumerable.Range(1, 99).Select(i => $"n{i}.example.com")];
        await room.AddDomainsAsync([.. names, "more.example.com"]);
        Assert.Equal(LetsEncryptProblems.NamesTooMany, Assert.Throws<ProblemException>(() => room.Planner.Plan(Room.App)).Problem.Code);

        await room.InstallAsync(room.Aged(1, names), OrderingRoom.Window(40));

        var plan = room.Planner.Plan(Room.App);
        Assert.Equal(names.Order(), plan.Names.Select(name => name.Text).Order());
        Assert.Equal("101 domains are more than one certificate carries: 100; left out: more.example.com.", Assert.Single(plan.LeftOut).Found);
    }

    /// <summary>They are not given up for it before.</summary>
    [Theory]
    [InlineData(65, false, "*.example.com")]
    [InlineData(85, true, "*.example.com")]
    [InlineData(65, false, Failing)]
    [InlineData(85, true, Failing)]
    public async Task goes_without_a_provider_that_cannot_be_used_once_the_certificate_is_near_its_end(double age, bool isLeft, string other)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set("dns-provider", "cloudflare");
        await room.AddDomainsAsync(other);
        await room.InstallAsync(room.Aged(age, Name, other), OrderingRoom.Window(-1));

        // As an attempt before has left it.
        var missing = Assert.Throws<ProblemException>(() => room.Planner.Plan(Room.App)).Problem;
        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { Refusal = room.Reader.RefusalOf(missing, room.Reader.StampOf(Room.App)) });
        var step = room.Reader.NextOf(Room.App);

        Assert.Equal(isLeft ? null : DnsProblems.SettingMissing.Id, step.Obstacle?.Code.Id);
        Assert.Equal(isLeft && other != Failing ? [$"*.example.com cannot be proved: {Sentences.Inside(missing.Found)}"] : [], step.LeftOut.Select(problem => problem.Found));
        if (isLeft)
        {
            var wanted = room.Planner.Plan(Room.App, leavesDns: true) with { IsPatient = true };
            room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now");
            await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, wanted, room.Said.Output, CancellationToken.None));
            Assert.Equal([other == Failing ? [Name, Failing] : [Name]], Ordered(room));
            Assert.Contains("via HTTP-01", room.Said.Text, StringComparison.Ordinal);
        }
    }

    /// <summary>Of many that one wildcard stands for, none is one too many.</summary>
    [Fact]
    public async Task counts_no_name_that_a_wildcard_stands_for()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set("dns-provider", "exec");
        room.Set("dns-provider-EXEC_PATH", "/bin/true");
        await room.AddDomainsAsync(["*.v.example.com", .. Enumerable.Range(1, 101).Select(i => $"n{i}.v.example.com")]);

        var plan = room.Planner.Plan(Room.App);

        Assert.Equal(103, plan.Names.Count);
        Assert.Equal(100, room.Requests.For(Room.App, plan, room.Server).MostNames);
        Assert.Equal([Name, "*.v.example.com"], room.Requests.PlannedFor(Room.App, plan, room.Server).Names.OrderDescending());
    }

    /// <summary>Those on the certificate first, then others as they were added; one that has been lost of them is among these.</summary>
    [Fact]
    public async Task takes_of_too_many_as_many_as_there_is_room_for()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        string[] names = [Name, .. Enumerable.Range(1, 104).Select(i => $"n{i}.example.com")];
        await room.AddDomainsAsync(names);
        await room.InstallAsync(room.Aged(1, [.. names.Skip(50)]), OrderingRoom.Window(40));

        var plan = room.Planner.Plan(Room.App);

        Assert.Equal(names.Take(45).Concat(names.Skip(50)).Order(), plan.Names.Select(name => name.Text).Order());
        Assert.EndsWith("; left out: n45.example.com, n46.example.com, n47.example.com and 2 more.", Assert.Single(plan.LeftOut).Found, StringComparison.Ordinal);
    }

    /// <summary>Let's Encrypt counts nothing of an order in the window that names what it replaces; outside of it, or without a name in common, it does.</summary>
    [Theory]
    [InlineData(1, Name, true)]
    [InlineData(-0.1, Name, false)]
    [InlineData(1, "other.example.com", false)]
    public async Task is_free_of_limits_in_the_window_alone_and_in_place_of_what_it_shares_a_name_with(double windowEnd, string name, bool isFree)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(60, Name), OrderingRoom.Window(windowEnd));

        Assert.Equal(isFree, room.Requests.PlannedFor(Room.App, Wanted(room, name), room.Server).ReplacesInWindow);
    }

    private static WantedCertificate Wanted(OrderingRoom room, params string[] names) =>
        room.Planner.Plan(Room.App) with { Names = [.. names.Select(DomainName.Parse)], IsPatient = true };
}
