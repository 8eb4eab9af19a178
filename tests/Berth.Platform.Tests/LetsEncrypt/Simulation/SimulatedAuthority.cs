using Berth.Acme;

namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>
/// Let's Encrypt as its clients see it: limits enforced, lifetimes that shrink on the dates it has published, renewal windows that an
/// incident moves into the past, and hours in which it is down.
/// </summary>
internal sealed class SimulatedAuthority(Random random)
{
    private static readonly DateTimeOffset Classic64 = new(2027, 2, 10, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Classic45 = new(2028, 2, 16, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private readonly Dictionary<string, SimulatedBucket> _buckets = new(StringComparer.Ordinal);
    private readonly HashSet<string> _issuedSets = new(StringComparer.Ordinal);

    internal List<(DateTimeOffset From, DateTimeOffset To)> Outages { get; } = [];

    /// <summary>Certificates issued before the first moment are to be replaced from the second on.</summary>
    internal List<(DateTimeOffset IssuedBefore, DateTimeOffset From)> Incidents { get; } = [];

    /// <summary>Names that cannot be proved for a while: their owners broke them.</summary>
    internal Dictionary<string, List<(DateTimeOffset From, DateTimeOffset To)>> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>Orders it refused because a limit was used up.</summary>
    internal int Refusals { get; private set; }

    internal bool IsDown(DateTimeOffset now) => Outages.Any(outage => now >= outage.From && now < outage.To);

    internal static TimeSpan LifetimeOf(string profile, DateTimeOffset now) => profile switch
    {
        "shortlived" => TimeSpan.FromHours(160),
        "tlsserver" => TimeSpan.FromDays(45),
        _ => TimeSpan.FromDays(now >= Classic45 ? 45 : now >= Classic64 ? 64 : 90),
    };

    /// <summary>RFC 9773: two thirds into the life of a certificate, half of a short one; a fiftieth of its life wide.</summary>
    internal RenewalAdvice AdviceFor(SimulatedCertificate certificate, DateTimeOffset now)
    {
        var (start, end) = Window(certificate, now);
        return new RenewalAdvice
        {
            Start = start,
            End = end,
            AskAgainAfter = TimeSpan.FromDays(1),
            CertificateId = certificate.Id,
        };
    }

    /// <summary>Takes an order, and says how it ends.</summary>
    internal SimulatedAnswer Order(SimulatedLineage lineage, SimulatedCertificate? replaced, DateTimeOffset now)
    {
        if (IsDown(now))
        {
            return SimulatedAnswer.Down;
        }

        var failures = Bucket($"failed {lineage.Name}", 5, TimeSpan.FromHours(1));
        var counted = LimitsOf(lineage, replaced, now).ToList();
        if (counted.Append(failures).Any(bucket => !bucket.Has(now)))
        {
            Refusals++;
            return SimulatedAnswer.Limited;
        }

        var isBroken = Broken.TryGetValue(lineage.Name, out var times) && times.Any(time => now >= time.From && now < time.To);
        if (isBroken)
        {
            failures.Take(now);
            return SimulatedAnswer.NotProved;
        }

        counted.ForEach(bucket => bucket.Take(now));
        _issuedSets.Add(lineage.Name);
        return SimulatedAnswer.Issued;
    }

    internal void Knows(SimulatedLineage lineage) => _issuedSets.Add(lineage.Name);

    private IEnumerable<SimulatedBucket> LimitsOf(SimulatedLineage lineage, SimulatedCertificate? replaced, DateTimeOffset now)
    {
        if (replaced is not null && Window(replaced, now).Start <= now)
        {
            return [];
        }

        var set = Bucket($"set {lineage.Name}", 5, Week);
        return _issuedSets.Contains(lineage.Name)
            ? [set]
            : [set, Bucket("orders", 300, TimeSpan.FromHours(3)), Bucket($"domain {lineage.Domain}", 50, Week)];
    }

    private SimulatedBucket Bucket(string key, int capacity, TimeSpan period)
    {
        if (!_buckets.TryGetValue(key, out var bucket))
        {
            _buckets[key] = bucket = new SimulatedBucket(capacity, period);
        }

        return bucket;
    }

    private (DateTimeOffset Start, DateTimeOffset End) Window(SimulatedCertificate certificate, DateTimeOffset now)
    {
        foreach (var (issuedBefore, from) in Incidents)
        {
            if (certificate.NotBefore < issuedBefore && now >= from)
            {
                return (from.AddHours(-2), from.AddHours(-1));
            }
        }

        var lifetime = certificate.NotAfter - certificate.NotBefore;
        var middle = certificate.NotBefore + lifetime / (lifetime < TimeSpan.FromDays(10) ? 2 : 1.5);
        return (middle - lifetime / 100, middle + lifetime / 100);
    }

    internal SimulatedCertificate Issue(SimulatedLineage lineage, DateTimeOffset now) =>
        new($"{lineage.Name}.{random.NextInt64():x16}", now.AddHours(-1), now.AddHours(-1) + LifetimeOf(lineage.Profile, now));
}
