using System.Text.Json.Nodes;
using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests.Issuing;

public sealed class Dropping_names_that_fail(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    public void Dispose() => _customer.Dispose();

    [Fact]
    public async Task gives_the_others_their_certificate_and_says_which_were_dropped_and_why()
    {
        var (good, bad) = await NamesAsync();

        var issued = await _customer.IssueAsync(Customer.For([.. good, bad]) with { DropFailingNames = true });

        Assert.Equal(good.Order(StringComparer.Ordinal), issued.Names);
        var left = Assert.Single(issued.LeftOut);
        Assert.Equal((bad, "acme-validation-connection", "http-01"), (left.Name, left.Code, left.ChallengeType));
        Assert.Contains(_customer.Steps, step => step.Kind == IssuanceStepKind.NameLeftOut && step.Name == bad);
        Assert.Equal(2, _customer.Wire.OrderUrls.Count());
    }

    [Fact]
    public async Task does_not_happen_unasked_and_the_failure_names_them()
    {
        var (good, bad) = await NamesAsync();

        var failure = await Assert.ThrowsAsync<ProblemException>(() => _customer.IssueAsync(Customer.For([.. good, bad])));

        Assert.Equal([bad], AcmeProblems.FailedNamesOf(failure).Select(failed => failed.Name));
    }

    [Fact]
    public async Task does_not_happen_where_the_others_alone_are_not_wanted()
    {
        var (good, bad) = await NamesAsync();
        IReadOnlyList<string>? rest = null;

        var failure = await Assert.ThrowsAsync<ProblemException>(() => _customer.IssueAsync(Customer.For([.. good, bad]) with
        {
            DropFailingNames = true,
            MayOrderRest = left => (rest = left).Count == 0,
        }));

        Assert.Equal(good.Order(StringComparer.Ordinal), rest);
        Assert.Equal([bad], AcmeProblems.FailedNamesOf(failure).Select(failed => failed.Name));
        Assert.Single(_customer.Wire.OrderUrls);
    }

    [Fact]
    public async Task is_not_done_over_after_a_crash()
    {
        var (good, bad) = await NamesAsync();
        var request = Customer.For([.. good, bad]) with { DropFailingNames = true };
        var ordered = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => _customer.IssueAsync(request, point =>
        {
            if (point == AcmeFailPoints.OrderSaved && ++ordered == 2)
            {
                throw new InvalidOperationException(point);
            }
        }));

        var issued = await _customer.IssueAsync(request);

        Assert.Equal(good.Order(StringComparer.Ordinal), issued.Names);
        Assert.Equal([bad], issued.LeftOut.Select(failed => failed.Name));
        Assert.Equal(2, _customer.Wire.OrderUrls.Count());
    }

    [Fact]
    public async Task that_leaves_nothing_is_a_failure()
    {
        var (_, bad) = await NamesAsync();

        var failure = await Assert.ThrowsAsync<ProblemException>(
            () => _customer.IssueAsync(Customer.For(bad) with { DropFailingNames = true }));

        Assert.Equal(AcmeProblems.ValidationConnection, failure.Problem.Code);
    }

    [Fact]
    public async Task says_which_failed_where_no_other_order_may_be_placed_now()
    {
        var (good, bad) = await NamesAsync();
        _customer.BeforeOrder = _ => _customer.Wire.OrderUrls.Any() ? throw Held().AsException() : Task.CompletedTask;

        var failure = await Assert.ThrowsAsync<ProblemException>(() => _customer.IssueAsync(Customer.For([.. good, bad]) with { DropFailingNames = true }));

        Assert.Equal(Held(), failure.Problem);
        Assert.Equal([bad], AcmeProblems.FailedNamesOf(failure).Select(failed => failed.Name));
        Assert.Single(_customer.Wire.OrderUrls);
    }

    [Fact]
    public async Task places_no_order_at_all_that_is_held_back()
    {
        var held = Held();
        _customer.BeforeOrder = _ => throw held.AsException();

        var failure = await Assert.ThrowsAsync<ProblemException>(() => _customer.IssueAsync(Customer.For(Customer.UniqueName())));

        Assert.Equal(held, failure.Problem);
        Assert.Empty(_customer.Wire.OrderUrls);
    }

    [Fact]
    public async Task goes_by_what_the_authority_says_of_an_order_it_does_not_take()
    {
        await using var authority = await ScriptedAuthority.StartAsync();
        using var guest = new Guest(authority);
        authority.Scripts["/order"] = context => authority.Requests.Last().Payload!["identifiers"]!.AsArray().Count == 1
            ? authority.BehaveAsync(context, "/order", null)
            : ScriptedAuthority.WriteAsync(context, 403, JsonNode.Parse(Forbidden)!);

        var issued = await guest.IssueAsync(Customer.For("app.example", "bad.example") with { DropFailingNames = true });

        Assert.Equal(["app.example"], issued.Names);
        Assert.Equal([new FailedName("bad.example", "acme-identifier-rejected", "forbidden")], issued.LeftOut);
    }

    /// <summary>Let's Encrypt names a single one in its words alone; what else it quotes is none of the names.</summary>
    [Fact]
    public async Task finds_the_name_that_is_refused_in_the_words()
    {
        await using var authority = await ScriptedAuthority.StartAsync();
        using var guest = new Guest(authority);
        authority.Scripts["/order"] = context => authority.Requests.Last().Payload!["identifiers"]!.AsArray().Count == 1
            ? authority.BehaveAsync(context, "/order", null)
            : ScriptedAuthority.RefuseAsync(context, 400, "rejectedIdentifier", "Cannot issue for \"bad.example\": \"forbidden by policy\", as \"other.example\" is");

        var issued = await guest.IssueAsync(Customer.For("app.example", "bad.example") with { DropFailingNames = true });

        Assert.Equal(["app.example"], issued.Names);
        Assert.Equal(("bad.example", "acme-identifier-rejected"), issued.LeftOut.Select(name => (name.Name, name.Code)).Single());
    }

    /// <summary>No order is made until it has named the last.</summary>
    [Fact]
    public async Task goes_on_with_a_server_that_refuses_one_name_after_the_other()
    {
        await using var authority = await ScriptedAuthority.StartAsync();
        using var guest = new Guest(authority);
        authority.Scripts["/order"] = context =>
            authority.Requests.Last().Payload!["identifiers"]!.AsArray().Select(each => (string)each!["value"]!).FirstOrDefault(name => name.StartsWith("bad", StringComparison.Ordinal)) is { } bad
                ? ScriptedAuthority.RefuseAsync(context, 400, "rejectedIdentifier", $"Cannot issue for \"{bad}\": forbidden by policy")
                : authority.BehaveAsync(context, "/order", null);
        string[] refused = [.. Enumerable.Range(1, 7).Select(i => $"bad{i}.example")];

        var issued = await guest.IssueAsync(Customer.For(["app.example", .. refused]) with { DropFailingNames = true });

        Assert.Equal(["app.example"], issued.Names);
        Assert.Equal(refused, issued.LeftOut.Select(name => name.Name));
    }

    /// <summary>What kept a name out is known, whatever kept the rest from being had.</summary>
    [Fact]
    public async Task tells_of_the_names_left_out_where_the_order_for_the_others_fails()
    {
        await using var authority = await ScriptedAuthority.StartAsync();
        using var guest = new Guest(authority);
        authority.Scripts["/order"] = context => authority.Requests.Last().Payload!["identifiers"]!.AsArray().Count == 1
            ? ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now")
            : ScriptedAuthority.WriteAsync(context, 403, JsonNode.Parse(Forbidden)!);

        var failure = await guest.FailAsync(Customer.For("app.example", "bad.example") with { DropFailingNames = true });

        Assert.Equal(AcmeProblems.Unauthorized, failure.Problem.Code);
        Assert.Empty(AcmeProblems.FailedNamesOf(failure));
        Assert.Equal([new FailedName("bad.example", "acme-identifier-rejected", "forbidden")], AcmeProblems.LeftOutNamesOf(failure));
    }

    /// <summary>An order for more than the CA puts on one certificate would be refused as a whole.</summary>
    [Fact]
    public async Task takes_of_those_a_wildcard_stood_for_as_many_as_there_is_room_for()
    {
        var apex = Customer.UniqueName();

        var issued = await _customer.IssueAsync(Customer.For($"*.{apex}", $"a.{apex}", $"b.{apex}", $"c.{apex}", apex) with { DropFailingNames = true, MostNames = 3 });

        Assert.Equal([$"a.{apex}", apex, $"b.{apex}"], issued.Names);
        Assert.Equal([$"*.{apex}", $"c.{apex}"], issued.LeftOut.Select(name => name.Name));
        Assert.StartsWith($"there is no room for it without *.{apex}: ", issued.LeftOut[1].Words, StringComparison.Ordinal);
        Assert.Equal(2, _customer.Steps.Count(step => step.Kind == IssuanceStepKind.NameLeftOut));
    }

    private const string Forbidden = """
        {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"1 name","subproblems":[
        {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"forbidden","identifier":{"type":"dns","value":"bad.example"}},
        {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"forbidden","identifier":{"type":"dns","value":"stranger.example"}}]}
        """;

    private static Problem Held() => new(new ProblemCode("not-now"), "Not now.", "Wait.");

    private async Task<(string[] Good, string Bad)> NamesAsync()
    {
        var bad = Customer.UniqueName("bad");
        await pebble.Pebble.SetAddressAsync(bad, "127.0.0.9");
        return ([Customer.UniqueName("good1"), Customer.UniqueName("good2")], bad);
    }
}
