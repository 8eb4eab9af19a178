using Berth.Acme.Limits;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Acme.Tests.Limits;

/// <summary>A ledger by Let's Encrypt's limits, its clock and its store.</summary>
public abstract class WithLedger
{
    private protected static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private protected FakeTimeProvider Time { get; } = new(Start);

    private protected MemoryLedger Store { get; } = new();

    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected static PlannedOrder Order(params string[] names) => new() { Account = "account", Names = names };

    private protected Task<RateLedger> OpenAsync() => RateLedger.OpenAsync(RateLimits.LetsEncrypt, Store, Time, Cancel);
}
