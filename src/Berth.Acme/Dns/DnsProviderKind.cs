namespace Berth.Acme.Dns;

/// <summary>A DNS provider that can be chosen.</summary>
/// <param name="Code">lego's code for it.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Settings">
/// The names of its settings, lego's environment variables; any may be given as <c>NAME_FILE</c> instead. Beside them each takes
/// <c>…_PROPAGATION_TIMEOUT</c>, <c>…_POLLING_INTERVAL</c> and most <c>…_TTL</c> and <c>…_HTTP_TIMEOUT</c>.
/// </param>
public sealed record DnsProviderKind(string Code, string Title, IReadOnlyList<string> Settings);
