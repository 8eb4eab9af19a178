using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using CsCheck;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>Several servers in order of preference.</summary>
public sealed class Choosing_a_server
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly WantedServer[] Servers =
        [.. Enumerable.Range(1, 3).Select(i => new WantedServer($"https://{i}.example/d", new Uri($"https://{i}.example/d")))];

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(2, 0, 0)]
    [InlineData(3, 0, 1)]
    [InlineData(3, 3, 2)]
    public void goes_on_to_the_next_after_three_failures(int first, int second, int chosen) =>
        Assert.Same(Servers[chosen], ServerChoice.Of(Servers, Standing((0, first, Now), (1, second, Now)), _ => false, Now));

    [Theory]
    [InlineData("https://acme-v02.api.letsencrypt.org/directory", true)]
    [InlineData("https://acme.zerossl.com/v2/DV90", true)]
    [InlineData("https://dv.acme-v02.api.pki.goog/directory", true)]
    [InlineData("https://ca.example.internal:14000/directory", false)]
    [InlineData("https://letsencrypt.org.example.com/directory", false)]
    [InlineData("https://notzerossl.com/", false)]
    public void knows_those_that_look_from_the_internet(string directory, bool isPublic) => Assert.Equal(isPublic, AcmeServers.IsPublic(new Uri(directory)));

    [Fact]
    public void comes_back_to_the_preferred_one_after_a_day() =>
        Assert.Same(Servers[0], ServerChoice.Of(Servers, Standing((0, 9, Now.AddDays(-1))), _ => false, Now));

    [Fact]
    public void passes_one_over_that_takes_no_order_for_now() =>
        Assert.Same(Servers[1], ServerChoice.Of(Servers, Standing(), server => server == Servers[0], Now));

    [Fact]
    public void always_names_one_and_never_a_held_one_where_another_is_free() => Gen.Select(Gen.Int[0, 5].Array[3], Gen.Bool.Array[3]).Sample((failures, held) =>
    {
        var chosen = ServerChoice.Of(
            Servers, Standing((0, failures[0], Now), (1, failures[1], Now), (2, failures[2], Now)), server => held[Array.IndexOf(Servers, server)], Now);
        Assert.Contains(chosen, Servers);
        Assert.True(held.All(is_held => is_held) || !held[Array.IndexOf(Servers, chosen)]);
    });

    [Fact]
    public void counts_only_what_is_the_servers_fault()
    {
        Assert.True(IsServersFault(AcmeProblems.ServerTimeout));
        Assert.True(IsServersFault(AcmeProblems.ServerInternal));
        Assert.True(IsServersFault(AcmeProblems.ClockWrong));
        Assert.True(IsServersFault(AcmeProblems.OtherRefusal));
        Assert.True(IsServersFault(AcmeProblems.BindingRequired));
        Assert.False(IsServersFault(AcmeProblems.OtherRefusal, "shop.example.com"));
        Assert.All(
            [AcmeProblems.ValidationRefused, AcmeProblems.ValidationDns, AcmeProblems.ValidationTimeout, AcmeProblems.NamePaused, AcmeProblems.CaaForbids, AcmeProblems.IdentifierRejected],
            code => Assert.False(IsServersFault(code)));
    }

    private static bool IsServersFault(ProblemCode code, params string[] names)
    {
        // As the library tells of names.
        var failure = new Problem(code, "no", "Mend it.").AsException();
        failure.Data["berth-failed-names"] = names.Select(name => new FailedName(name, code.Id, "no")).ToArray();
        return ServerChoice.IsServersFault(failure);
    }

    private static Dictionary<string, IssuerStanding> Standing(params (int Server, int Failures, DateTimeOffset At)[] failures) => failures.ToDictionary(
        one => Servers[one.Server].Key, one => new IssuerStanding(one.Failures, new LineageFailure("acme-server-timeout", "late", "wait") { At = one.At }));
}
