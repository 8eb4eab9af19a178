namespace Berth.Acme.Dns;

/// <summary>One step of answering in DNS, for people who watch.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Name">The record's name.</param>
/// <param name="Detail">See the kind; printable.</param>
public sealed record DnsStep(DnsStepKind Kind, string Name, string? Detail = null);
