namespace Berth.Acme.Dns;

/// <summary>All TXT values at one name, as a provider holds them.</summary>
/// <param name="Values">As the provider writes them.</param>
/// <param name="Ttl">Theirs, in seconds; null when there are none.</param>
/// <param name="Version">What tells this state from a later one, where the provider has such a thing.</param>
internal sealed record RecordSet(IReadOnlyList<string> Values, int? Ttl = null, string? Version = null)
{
    internal static RecordSet Empty { get; } = new([]);
}
