using Berth.Kernel;

namespace Berth.Platform.Domains;

/// <summary>One line of a VHOST file.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Text">As written, trimmed.</param>
/// <param name="Domain">The name, or null for <c>_</c> and for a line that is none.</param>
/// <param name="Fault">Why it is no domain, as the end of a sentence; null when it is fine.</param>
public sealed record VhostLine(int Number, string Text, DomainName? Domain, string? Fault);
