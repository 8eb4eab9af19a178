using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>Signs server certificates with the current intermediate.</summary>
/// <param name="hierarchy">The intermediates.</param>
/// <param name="lifetime">How long a leaf lasts from now, when the order does not say.</param>
/// <param name="time">The clock.</param>
internal sealed class LeafIssuer(Hierarchy hierarchy, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>A client whose clock is slow by this much still accepts a fresh certificate.</summary>
    internal static readonly TimeSpan Backdate = TimeSpan.FromMinutes(1);

    /// <summary>Where CRLs and issuers are published over plain HTTP; ends in a slash. Null leaves both URLs out.</summary>
    internal Uri? HttpBase { get; set; }

    /// <param name="key">The subject's public key, already found strong enough.</param>
    /// <param name="names">DNS names; at least one name or address is needed.</param>
    /// <param name="addresses">IP addresses.</param>
    /// <param name="notBefore">Start asked for by the order, or null.</param>
    /// <param name="notAfter">End asked for by the order, or null; never later than the intermediate's.</param>
    internal IssuedLeaf Issue(
        PublicKey key, IEnumerable<string> names, ImmutableArray<IPAddress> addresses = default,
        DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        var issuer = hierarchy.Current;
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), key, issuer.Key.Hash);
        CertificateProfile.AsServer(request, AlternativeNames(names, addresses));
        request.CertificateExtensions.Add(issuer.AuthorityKeyIdentifier);
        if (HttpBase is { } httpBase)
        {
            CertificateProfile.AddPublication(request, httpBase, issuer.Id);
        }

        var now = time.GetUtcNow();
        var start = Later(notBefore ?? now - Backdate, issuer.NotBefore);
        var end = Earlier(notAfter ?? now + lifetime, issuer.NotAfter);
        var serial = SerialNumber.Next();
        return issuer.Key.Sign(generator => new IssuedLeaf
        {
            Certificate = request.Create(issuer.Certificate.SubjectName, generator, start, end, serial),
            Serial = SerialNumber.Text(serial),
            IssuerId = issuer.Id,
        });
    }

    private static X509Extension AlternativeNames(IEnumerable<string> names, ImmutableArray<IPAddress> addresses)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            builder.AddDnsName(name);
        }

        foreach (var address in addresses.IsDefault ? [] : addresses)
        {
            builder.AddIpAddress(address);
        }

        return builder.Build(critical: true);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
