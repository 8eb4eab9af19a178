using System.Collections.Concurrent;
using Berth.Acme.Dns;
using Berth.Kernel;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>A DNS provider that makes no record, and remembers which it was to make.</summary>
internal sealed class RecordingProvider : IDnsProvider
{
    public string Code => "recording";

    public DnsPatience Patience => new(TimeSpan.Zero, TimeSpan.FromSeconds(1));

    internal ConcurrentQueue<DnsChange> Added { get; } = new();

    internal ConcurrentQueue<DnsChange> Removed { get; } = new();

    internal bool RemovalFails { get; init; }

    internal Problem? Failure { get; init; }

    /// <summary>A zone that it may not change.</summary>
    internal string? NotManaged { get; init; }

    public ValueTask AddAsync(DnsChange change, CancellationToken cancel)
    {
        Added.Enqueue(change);
        return change.Zone == NotManaged ? throw new Problem(DnsProblems.ZoneNotManaged, "No.", "Nothing.").AsException()
            : Failure is { } failure ? throw failure.AsException()
            : ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel)
    {
        Removed.Enqueue(change);
        return RemovalFails ? throw new Problem(DnsProblems.ProviderRefused, "No.", "Nothing.").AsException() : ValueTask.CompletedTask;
    }
}
