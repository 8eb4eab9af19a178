using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Signing;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Finds certificates by their ARI identifier, and checks that an order may replace one (RFC 9773 §4.1, §5).</summary>
internal sealed class Replacement(IAuthorityStore store, Hierarchy hierarchy)
{
    /// <returns>Null when the identifier is not well formed, or not of a certificate of this authority.</returns>
    internal async Task<CertificateRecord?> FindAsync(string identifier, CancellationToken cancel)
    {
        var parts = identifier.Split('.');
        if (parts.Length != 2 || !Acme.Protocol.StrictBase64Url.TryDecode(parts[0], out var authority)
            || !Acme.Protocol.StrictBase64Url.TryDecode(parts[1], out var serial) || serial.Length is 0 or > 20)
        {
            return null;
        }

        var found = await store.FindCertificateAsync(SerialNumber.Text(serial), cancel);
        var issuer = found is null ? null : hierarchy.Find(found.IssuerId);
        return issuer?.AuthorityKeyIdentifier.KeyIdentifier is { } known && known.Span.SequenceEqual(authority) ? found : null;
    }

    /// <exception cref="Rejection">It is another account's, has no name in common, or is not there.</exception>
    /// <returns>The certificate to be replaced; null when there is none.</returns>
    internal async Task<CertificateRecord?> CheckAsync(
        AccountRecord account, string? identifier, ImmutableArray<string> names, CancellationToken cancel)
    {
        if (identifier is null)
        {
            return null;
        }

        var found = await FindAsync(identifier, cancel)
            ?? throw Reject.Malformed("'replaces' names no certificate of this authority; leave it out, or write it as RFC 9773 §4.1 says.");
        if (found.AccountId != account.Id)
        {
            throw Reject.Unauthorized("'replaces' names a certificate of another account.");
        }

        if (!NamesOf(found).Intersect(names, StringComparer.Ordinal).Any())
        {
            throw Reject.Malformed("'replaces' names a certificate that has no identifier in common with this order.");
        }

        return found;
    }

    internal static Rejection Taken() =>
        Reject.AlreadyReplaced("The certificate in 'replaces' is replaced by another order already; order without it.");

    internal static IEnumerable<string> NamesOf(CertificateRecord certificate)
    {
        using var parsed = X509CertificateLoader.LoadCertificate(certificate.Der);
        var names = parsed.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        return [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())];
    }
}
