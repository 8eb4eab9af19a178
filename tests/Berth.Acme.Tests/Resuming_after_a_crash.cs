using Berth.Acme.Issuing;
using Berth.Kernel;

namespace Berth.Acme.Tests;

public sealed class Resuming_after_a_crash(PebbleFixture pebble) : IDisposable
{
    private readonly Customer _customer = new(pebble.Pebble, pebble.Challenges);

    public static TheoryData<string> EveryFailPoint => [.. AcmeFailPoints.All];

    public void Dispose() => _customer.Dispose();

    [Theory]
    [MemberData(nameof(EveryFailPoint))]
    public async Task finishes_with_the_order_that_was_open_and_the_account_that_was_made(string failPoint)
    {
        // The answers stay up, so that what the authority makes of a challenge accepted before the crash does not depend on timing.
        _customer.Solver.LeavesAnswers = true;
        var request = Customer.For(Customer.UniqueName("one"), Customer.UniqueName("two"));
        await Assert.ThrowsAsync<Crash>(() => _customer.IssueAsync(request, CrashAt(failPoint)));

        // A crash after the order was cleared is a finished issuance: the next run is a new one.
        var finished = failPoint == AcmeFailPoints.OrderCleared;
        var issued = finished ? _customer.Stored.Single() : await _customer.IssueAsync(request);

        Assert.Equal(request.Names.Select(name => name.Text).Order(StringComparer.Ordinal), issued.Names);
        // Only between the server's answer and the journal can an order be lost.
        Assert.Equal(failPoint == AcmeFailPoints.OrderCreated ? 2 : 1, _customer.Wire.OrderUrls.Count());
        Assert.Equal(issued.OrderUrl, _customer.Wire.OrderUrls.Last());
        Assert.Single(_customer.Wire.AccountUrls);
        Assert.Null(_customer.Journal.Current);
    }

    [Fact]
    public async Task needs_no_authority_once_the_certificate_is_in_the_journal()
    {
        var request = Customer.For(Customer.UniqueName());
        await Assert.ThrowsAsync<Crash>(() => _customer.IssueAsync(request, CrashAt(AcmeFailPoints.CertificateSaved)));
        var before = _customer.Wire.Count;

        var issued = await _customer.IssueAsync(request);

        Assert.Equal(before, _customer.Wire.Count);
        Assert.Equal([issued], _customer.Stored);
    }

    [Fact]
    public async Task keeps_the_key_that_was_saved_before_the_order()
    {
        var request = Customer.For(Customer.UniqueName());
        await Assert.ThrowsAsync<Crash>(() => _customer.IssueAsync(request, CrashAt(AcmeFailPoints.KeySaved)));
        var key = _customer.Journal.Current!.PrivateKeyPem;

        Assert.Equal(key, (await _customer.IssueAsync(request)).PrivateKeyPem);
    }

    [Fact]
    public async Task starts_a_new_order_when_the_names_have_changed()
    {
        var (one, two) = (Customer.UniqueName("one"), Customer.UniqueName("two"));
        await Assert.ThrowsAsync<Crash>(() => _customer.IssueAsync(Customer.For(one), CrashAt(AcmeFailPoints.OrderSaved)));

        var issued = await _customer.IssueAsync(Customer.For(one, two));

        Assert.Equal([one, two], issued.Names);
        Assert.Equal(2, _customer.Wire.OrderUrls.Count());
        Assert.Contains(_customer.Steps, step => step.Kind == IssuanceStepKind.OrderDropped);
    }

    [Fact]
    public async Task starts_a_new_order_when_the_server_does_not_know_the_old_one()
    {
        var request = Customer.For(Customer.UniqueName());
        await Assert.ThrowsAsync<Crash>(() => _customer.IssueAsync(request, CrashAt(AcmeFailPoints.OrderSaved)));
        var journal = _customer.Journal;
        await journal.SaveAsync(journal.Current! with { OrderUrl = journal.Current!.OrderUrl + "gone" }, CancellationToken.None);

        var issued = await _customer.IssueAsync(request);

        Assert.Equal(_customer.Wire.OrderUrls.Last(), issued.OrderUrl);
    }

    [Fact]
    public async Task starts_a_new_order_when_the_old_one_failed_while_nobody_answered()
    {
        var name = Customer.UniqueName();
        await pebble.Pebble.SetAddressAsync(name, "127.0.0.9");
        await Assert.ThrowsAsync<Crash>(
            () => _customer.IssueAsync(Customer.For(name), CrashAt(AcmeFailPoints.ChallengeAccepted)));
        await pebble.Pebble.SetAddressAsync(name, "127.0.0.1");

        var issued = await _customer.IssueAsync(Customer.For(name));

        Assert.Equal([name], issued.Names);
        Assert.Equal(2, _customer.Wire.OrderUrls.Count());
    }

    [Fact]
    public async Task does_not_trust_a_journal_whose_key_is_damaged()
    {
        var request = Customer.For(Customer.UniqueName());
        await Assert.ThrowsAsync<Crash>(() => _customer.IssueAsync(request, CrashAt(AcmeFailPoints.OrderSaved)));
        await _customer.Journal.SaveAsync(_customer.Journal.Current! with { PrivateKeyPem = "damaged" }, CancellationToken.None);

        await _customer.IssueAsync(request);

        Assert.Equal(2, _customer.Wire.OrderUrls.Count());
    }

    [Fact]
    public async Task keeps_the_order_when_the_run_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        using var client = _customer.CreateClient(point => StopAt(AcmeFailPoints.ChallengePresented, point, stop));
        var issuance = new Issuance(client, _customer.Journal, _customer.Solvers);
        var request = Customer.For(Customer.UniqueName());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => issuance.RunAsync(request, (_, _) => ValueTask.CompletedTask, stop.Token));

        var kept = Assert.IsType<PendingOrder>(_customer.Journal.Current);
        Assert.Equal(_customer.Solver.Presented, _customer.Solver.Cleaned);
        Assert.Equal(kept.OrderUrl, (await _customer.IssueAsync(request)).OrderUrl);
    }

    [Fact]
    public async Task stores_the_certificate_again_when_storing_failed()
    {
        using var client = _customer.CreateClient();
        var issuance = new Issuance(client, _customer.Journal, _customer.Solvers);
        var request = Customer.For(Customer.UniqueName());
        var full = new ProblemException(new Problem(new ProblemCode("disk-full"), "The disk is full.", "Make room."));

        await Assert.ThrowsAsync<ProblemException>(() => issuance.RunAsync(request, (_, _) => throw full, CancellationToken.None));

        await _customer.IssueAsync(request);
        Assert.Single(_customer.Wire.OrderUrls);
    }

    private static void StopAt(string wanted, string point, CancellationTokenSource stop)
    {
        if (point == wanted)
        {
            stop.Cancel();
        }
    }

    private static Action<string> CrashAt(string failPoint) => point =>
    {
        if (point == failPoint)
        {
            throw new Crash();
        }
    };

    /// <summary>Stands for kill -9: nothing catches it.</summary>
    private sealed class Crash() : Exception("killed");
}
