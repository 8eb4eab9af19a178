namespace Berth.Acme.Dns;

/// <summary>How long a new record is waited for.</summary>
/// <param name="Timeout">Then the CA is asked to look in any case: it may see what we do not.</param>
/// <param name="Interval">Between two looks.</param>
public sealed record DnsPatience(TimeSpan Timeout, TimeSpan Interval);
