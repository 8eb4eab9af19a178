using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>Signs server certificates with the current intermediate, after a look at what it is about to sign.</summary>
/// <param name="hierarchy">The intermediates.</param>
/// <param name="lifetime">How long a leaf lasts from now, when the order does not say.</param>
/// <param name="time">The clock.</param>
internal sealed class LeafIssuer(Hierarchy hierarchy, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>A client whose clock is slow by this much still accepts a fresh certificate.</summary>
    internal static readonly TimeSpan Backdate = TimeSpan.FromMinutes(1);

    /// <summary>Where CRLs and issuers are published over plain HTTP; ends in a slash. Null leaves both URLs out.</summary>
    internal Uri? HttpBase { get; set; }

    /// <summary>The longest any certificate may last, whatever the order asks for; null for the usual lifetime.</summary>
    internal TimeSpan? LongestLifetime { get; init; }

    /// <param name="key">The subject's public key, already found strong enough.</param>
    /// <param name="names">DNS names; at least one name or address is needed.</param>
    /// <param name="addresses">IP addresses.</param>
    /// <param name="notBefore">Start asked for by the order, or null.</param>
    /// <param name="notAfter">End asked for by the order, or null; never later than the intermediate's.</param>
    /// <exception cref="Kernel.ProblemException"><see cref="AuthorityProblems.CertificateLinted"/>: it was not signed.</exception>
    internal IssuedLeaf Issue(
        PublicKey key, IEnumerable<string> names, ImmutableArray<IPAddress> addresses = default,
        DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null)
    {
        var issuer = hierarchy.Current;
        ImmutableArray<string> dns = [.. names];
        var ips = addresses.IsDefault ? [] : addresses;
        var serial = SerialNumber.Next();
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), key, issuer.Key.Hash);
        CertificateProfile.AsServer(request, AlternativeNames(dns, ips));
        request.CertificateExtensions.Add(issuer.AuthorityKeyIdentifier);
        if (HttpBase is { } httpBase)
        {
            CertificateProfile.AddPublication(request, httpBase, issuer.Id, SerialNumber.Text(serial));
        }

        var now = time.GetUtcNow();
        var start = Later(notBefore ?? now - Backdate, issuer.NotBefore);
        var end = Earlier(notAfter ?? now + lifetime, issuer.NotAfter);
        var draft = Draft.Of(request, issuer.Certificate.SubjectName, issuer.Key, start, end, serial);
        CertificateLint.RefuseFaults(draft.Unsigned, new LintContext
        {
            Issuer = issuer,
            Names = [.. dns, .. ips.Select(address => address.ToString())],
            LongestLifetime = (LongestLifetime ?? lifetime) + Backdate,
            IsPublished = HttpBase is not null,
        });
        return new IssuedLeaf
        {
            Der = draft.Sign(),
            NotBefore = draft.Unsigned.NotBefore,
            NotAfter = draft.Unsigned.NotAfter,
            Serial = SerialNumber.Text(serial),
            IssuerId = issuer.Id,
            Names = [.. dns, .. ips.Select(address => address.ToString())],
        };
    }

    private static X509Extension AlternativeNames(ImmutableArray<string> names, ImmutableArray<IPAddress> addresses)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            builder.AddDnsName(name);
        }

        foreach (var address in addresses)
        {
            builder.AddIpAddress(address);
        }

        return builder.Build(critical: true);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
