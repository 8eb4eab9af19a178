using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt.Notices;

/// <summary>One that is set back while its timestamps go on.</summary>
internal sealed class TurnedClock() : FakeTimeProvider(System.GetUtcNow())
{
    public TimeSpan Behind { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - Behind;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
