using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Kernel;
using CsCheck;

namespace Berth.Acme.Tests.Challenges;

public sealed class Choosing_a_challenge : AtScriptedAuthority
{
    private static readonly string[] Everything = ["http-01", "tls-alpn-01", "dns-01", "dns-account-01", "dns-persist-01"];
    [Theory]
    [InlineData("dns", "a.example", true, "dns-01")]
    [InlineData("dns", "a.example", false, "http-01")]
    [InlineData("ip", "192.0.2.7", false, "http-01")]
    [InlineData("ip", "2001:db8::7", false, "http-01")]
    public async Task takes_the_first_the_name_allows(string type, string value, bool wildcard, string chosen) =>
        Assert.Equal([chosen], await TypesTriedAsync(type, value, wildcard, Everything, Everything));

    [Fact]
    public async Task never_proves_an_address_by_dns() =>
        Assert.Empty(await TypesTriedAsync("ip", "192.0.2.7", false, ["dns-01"], ["dns-01"]));

    [Fact]
    public async Task never_proves_a_wildcard_over_http_or_tls() =>
        Assert.Empty(await TypesTriedAsync("dns", "a.example", true, ["http-01", "tls-alpn-01"], ["http-01", "tls-alpn-01"]));

    [Fact]
    public async Task passes_over_types_nobody_knows() => Assert.Equal(
        ["dns-01"], await TypesTriedAsync("dns", "a.example", false, ["unknown-99", "", "dns-01"], ["dns-01", "http-01"]));

    [Fact]
    public async Task keeps_to_the_callers_order() => Assert.Equal(
        ["tls-alpn-01"], await TypesTriedAsync("dns", "a.example", false, Everything, ["tls-alpn-01", "http-01"]));

    [Fact]
    public async Task prefers_what_has_worked()
    {
        Guest.History.Succeeded("a.example", "dns-01");

        Assert.Equal(["dns-01"], await TypesTriedAsync("dns", "a.example", false, Everything, ["http-01", "tls-alpn-01", "dns-01"]));
    }

    [Fact]
    public async Task tries_another_type_after_one_has_failed_and_remembers_what_then_worked()
    {
        Authority.Scripts["/challenge/1"] = context =>
        {
            Authority.AuthorizationStatus = "invalid";
            return ScriptedAuthority.WriteAsync(context, 200, Authority.Challenge("http-01"));
        };
        await TypesTriedAsync("dns", "a.example", false, Everything, ["http-01", "tls-alpn-01"]);
        Authority.Scripts.TryRemove("/challenge/1", out _);
        Authority.AuthorizationStatus = "pending";

        Assert.Equal(["http-01", "tls-alpn-01"], await TypesTriedAsync("dns", "a.example", false, Everything, ["http-01", "tls-alpn-01"]));
        (Authority.AuthorizationStatus, Authority.OrderStatus, Authority.Chain) = ("pending", "pending", null);
        Assert.Equal(
            ["http-01", "tls-alpn-01", "tls-alpn-01"],
            await TypesTriedAsync("dns", "a.example", false, Everything, ["http-01", "tls-alpn-01"]));
    }

    [Fact]
    public void remembers_across_runs()
    {
        var history = new ProofHistory();
        history.Succeeded("*.a.example", "dns-01");
        history.Failed("b.example", "http-01");

        Assert.True(ProofHistory.TryParseJson(history.ToJson(), out var read));
        Assert.Equal(history.ToJson(), read.ToJson());
    }

    /// <summary>Of a failure that the CA has seen nothing of, whoever mends it makes an end.</summary>
    [Fact]
    public void forgets_what_failed_here_where_that_is_mended()
    {
        var history = new ProofHistory();
        history.Failed("a.example", "dns-01", isUnseen: true);
        history.Failed("b.example", "dns-01");
        Assert.True(ProofHistory.TryParseJson(history.ToJson(), out var read));
        Assert.Equal(("http-01", "http-01"), (FirstOf(read, "a.example"), FirstOf(read, "b.example")));

        read.ForgetUnseen();

        Assert.Equal(("dns-01", "http-01"), (FirstOf(read, "a.example"), FirstOf(read, "b.example")));
        Assert.Equal((false, true), (read.HasFailed("a.example", "dns-01"), read.HasFailed("b.example", "dns-01")));
    }

    /// <summary>They are ordered in its place once it has failed: what failed for it would fail for them.</summary>
    [Fact]
    public void tries_what_failed_for_a_wildcard_last_for_the_names_it_stands_for()
    {
        var history = new ProofHistory();
        for (var i = 0; i < 9; i++)
        {
            history.Failed("*.a.example", "dns-01", isUnseen: true);
            history.Failed("*.b.example", "dns-01");
        }

        history.Succeeded("own.a.example", "dns-01");
        history.Failed("tls.a.example", "http-01");

        Assert.Equal(
            ("dns-01", "http-01", "http-01", "dns-01", "dns-01"),
            (FirstOf(history, "a.example"), FirstOf(history, "x.a.example"), FirstOf(history, "own.a.example"), FirstOf(history, "tls.a.example"), FirstOf(history, "x.y.a.example")));
        Assert.Equal((true, false), (history.HasFailed("x.a.example", "dns-01"), history.HasFailed("x.b.example", "dns-01")));
        history.Failed("x.a.example", "http-01");
        Assert.Equal("dns-01", FirstOf(history, "x.a.example"));
        history.Succeeded("*.a.example", "dns-01");
        Assert.Equal("dns-01", FirstOf(history, "x.a.example"));
    }

    private string FirstOf(ProofHistory history, string name) =>
        history.Sort(name, [new NamedSolver("dns-01", Guest.Presented), new NamedSolver("http-01", Guest.Presented)]).First().Type;

    [Fact]
    public void survives_any_file_in_its_memorys_place() => Gen.Byte.Array.Sample(bytes =>
    {
        Assert.Equal(ProofHistory.TryParseJson(bytes, out var history), history is not null);
        Assert.False(ProofHistory.TryParseJson("""{"a":null}"""u8, out _));
        Assert.True(ProofHistory.TryParseJson("""{"a":{"worked":null,"failures":{"http-01":-2000000000,"dns-01":2147483647}}}"""u8, out var byHand));
        Assert.Contains("\"http-01\":0,\"dns-01\":1000", Encoding.UTF8.GetString(byHand.ToJson()), StringComparison.Ordinal);
        Assert.False(ProofHistory.TryParseJson("null"u8, out _));
    });

    private async Task<List<string>> TypesTriedAsync(string type, string value, bool wildcard, string[] offered, string[] solved)
    {
        Authority.Scripts["/authz/1"] = context =>
        {
            var authorization = Authority.Authorization([.. offered.Select(OfferOf)]);
            authorization["identifier"] = new JsonObject { ["type"] = type, ["value"] = value };
            authorization["wildcard"] = wildcard ? true : null;
            return ScriptedAuthority.WriteAsync(context, 200, authorization);
        };
        Guest.Solvers = [.. solved.Select(name => new NamedSolver(name, Guest.Presented))];
        var request = type == "ip"
            ? new IssuanceRequest { Names = [], Addresses = [IPAddress.Parse(value)] }
            : new IssuanceRequest { Names = [DomainName.Parse((wildcard ? "*." : "") + value)] };
        try
        {
            await Guest.IssueAsync(request);
        }
        catch (ProblemException e) when (e.Problem.Code == AcmeProblems.ChallengeUnsupported || e.Problem.Code == AcmeProblems.ValidationRefused)
        {
            // What was tried is what is asked.
        }

        return [.. Guest.Presented.Select(task => task.Type)];
    }

    private JsonObject OfferOf(string type)
    {
        var challenge = Authority.Challenge(type);
        if (type == "dns-persist-01")
        {
            challenge.Remove("token");
            challenge["issuer-domain-names"] = new JsonArray("ca.example");
        }

        return challenge;
    }

    private sealed class NamedSolver(string type, ConcurrentQueue<ChallengeTask> presented) : IChallengeSolver
    {
        public string Type => type;

        public ValueTask<IAsyncDisposable> PresentAsync(ChallengeTask task, CancellationToken cancel)
        {
            presented.Enqueue(task);
            return ValueTask.FromResult<IAsyncDisposable>(new MemoryStream());
        }
    }
}
