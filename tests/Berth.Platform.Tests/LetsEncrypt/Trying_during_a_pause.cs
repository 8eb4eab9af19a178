using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using CsCheck;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The daemon's pauses grow with its own failures alone: who mends something tries as often as they like.</summary>
public sealed class Trying_during_a_pause
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly WantedServer Server = new("production", new Uri("https://ca.example/directory"));
    private static readonly LineageWants Wants = new([DomainName.Parse("shop.example.com"), DomainName.Parse("www.example.com")], null);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1.1);

    /// <summary>One whose lifetime is short has its pauses cut, and they are to grow all the same.</summary>
    private static readonly Gen<(TimeSpan Lifetime, int Seed, double[] ByHand)> Stories = Gen.Select(
        Gen.OneOf(Gen.Const(TimeSpan.FromDays(90)), Gen.Const(TimeSpan.FromDays(45)), Gen.Const(TimeSpan.FromHours(160))), Gen.Int, Gen.Double[0.01, 0.99].Array[0, 6]);

    [Fact]
    public void leaves_what_the_daemon_waits_for_as_it_was() => Stories.Sample(story =>
    {
        var outcomes = new Outcomes(new RetryLadder(new Random(story.Seed)));
        var (stored, now) = (StoredOf(story.Lifetime), Begin);
        for (var tries = 1; tries <= 4; tries++)
        {
            stored = Fail(outcomes, stored, now, now);
            Assert.Equal((tries, tries), (stored.State.Pauses, Assert.Single(stored.State.Failing).Failures));
            foreach (var part in story.ByHand)
            {
                var (due, at) = (DueAt(stored, now), now + (DueAt(stored, now) - now) * part);
                stored = Fail(outcomes, stored, at, at);
                Assert.Equal((tries, tries), (stored.State.Pauses, stored.State.Failing[0].Failures));
                Assert.InRange(DueAt(stored, at), due, due > at + Shortest ? due : at + Shortest);
                now = at;
            }

            now = DueAt(stored, now);
        }
    });

    [Fact]
    public void makes_the_next_no_longer_where_it_outlasts_the_pause()
    {
        var outcomes = new Outcomes(new RetryLadder(new Random(1)));
        var stored = Fail(outcomes, StoredOf(TimeSpan.FromDays(90)), Begin, Begin);

        stored = Fail(outcomes, stored, Begin.AddSeconds(30), Begin.AddMinutes(5));

        Assert.Equal(1, stored.State.Pauses);
        Assert.InRange(DueAt(stored, Begin.AddMinutes(5)), Begin.AddMinutes(6), Begin.AddMinutes(5) + Shortest);
    }

    [Fact]
    public void is_all_the_same_where_there_is_no_certificate_that_the_daemon_would_try_for()
    {
        var outcomes = new Outcomes(new RetryLadder(new Random(1)));
        var stored = new LineageStored(LineageState.New, null, HasOpenOrder: false);
        for (var i = 0; i < 5; i++)
        {
            stored = Fail(outcomes, stored, Begin.AddSeconds(i), Begin.AddSeconds(i));
        }

        Assert.Equal(1, stored.State.Pauses);
        Assert.Equal(2, Fail(outcomes, stored, Begin.AddMinutes(2), Begin.AddMinutes(2)).State.Pauses);
    }

    [Fact]
    public void forgets_nothing_that_a_server_has_asked_for()
    {
        var outcomes = new Outcomes(new RetryLadder(new Random(1)));
        LineageGate[] gates =
        [
            new() { Kind = GateKind.RetryAfter, Until = Begin.AddHours(1), Reason = "busy", Server = Server.Key },
            new() { Kind = GateKind.RetryAfter, Until = Begin.AddHours(2), Reason = "busy", Server = "https://other.example/directory" },
            new() { Kind = GateKind.RolledBack, Until = Begin.AddHours(3), Reason = "put back" },
            new() { Kind = GateKind.RetryAfter, Until = Begin.AddHours(-1), Reason = "over", Server = "https://third.example/directory" },
        ];

        var failed = Fail(outcomes, StoredOf(TimeSpan.FromDays(90)) with { State = LineageState.New with { Gates = gates } }, Begin, Begin);

        Assert.Equal(gates[..3], failed.State.Gates.Where(gate => gate.Kind != GateKind.Backoff));
    }

    private static LineageStored StoredOf(TimeSpan lifetime) => new(LineageState.New, Certificate(lifetime), HasOpenOrder: false);

    private static LineageStored Fail(Outcomes outcomes, LineageStored stored, DateTimeOffset began, DateTimeOffset now) => stored with
    {
        State = outcomes.Failed(stored.State, Refusal(), Server, now, ["shop.example.com", "www.example.com"], LineagePlan.IsEarly(stored, LineagePlan.Next(Wants, stored, began), began)),
    };

    // When the daemon is at it next: at the name, for the certificate itself is good for long.
    private static DateTimeOffset DueAt(LineageStored stored, DateTimeOffset now) => LineagePlan.Next(Wants, stored, now).OfCertificate.At!.Value;

    private static ProblemException Refusal()
    {
        var failure = new ProblemException(new Problem(AcmeProblems.ValidationDns, "www.example.com: no.", "Mend it."));
        failure.Data["berth-failed-names"] = new[] { new FailedName("www.example.com", AcmeProblems.ValidationDns.Id, "no") };
        return failure;
    }

    private static CertificateFacts Certificate(TimeSpan lifetime) => new()
    {
        Names = ["shop.example.com"],
        Issuer = "CN=Some Authority",
        Subject = "",
        NotBefore = Begin.AddHours(-1),
        NotAfter = Begin.AddHours(-1) + lifetime,
        Serial = "0A0B",
        SelfIssued = false,
    };
}
