using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>Whether a certificate's names answer for a host (RFC 6125 §6.4: a wildcard stands for exactly one label; an address for itself).</summary>
public static class CertificateNames
{
    /// <inheritdoc cref="Cover(IEnumerable{string}, DomainName)"/>
    public static bool Cover(IEnumerable<string> names, string host) => DomainName.TryParseHost(host, out var domain, out _) && Cover(names, domain);

    public static bool Cover(IEnumerable<string> names, DomainName domain)
    {
        var dot = domain.Address is null ? domain.Text.IndexOf('.', StringComparison.Ordinal) : -1;
        var wildcard = dot < 0 ? null : "*" + domain.Text[dot..];
        return names.Any(name => string.Equals(name, domain.Text, StringComparison.OrdinalIgnoreCase)
            || (wildcard is not null && !domain.IsWildcard && string.Equals(name, wildcard, StringComparison.OrdinalIgnoreCase)));
    }
}
