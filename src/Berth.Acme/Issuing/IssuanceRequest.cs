using System.Net;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>The certificate that is wanted.</summary>
public sealed record IssuanceRequest
{
    /// <summary>
    /// The profile that addresses are ordered with where none is asked for and the server lists it: Let's Encrypt certifies addresses for
    /// 160 hours and no longer.
    /// </summary>
    internal const string AddressProfile = "shortlived";

    /// <summary>Host names; doubles count once. May be empty where there are <see cref="Addresses"/>.</summary>
    public required IReadOnlyList<DomainName> Names { get; init; }

    /// <summary>IP addresses the certificate is to carry as well (RFC 8738). Default: none.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; init; } = [];

    /// <summary>The kind of key that is made; not looked at when <see cref="PrivateKeyPem"/> is given. Default: P-256.</summary>
    public KeyType KeyType { get; init; } = KeyType.P256;

    /// <summary>
    /// A key to use again, unencrypted PEM: for pinned keys. Null, the default, makes a fresh one for each certificate.
    /// </summary>
    public string? PrivateKeyPem { get; init; }

    /// <summary>The common name of the issuer at the top of the preferred chain; the default chain when none offers it.</summary>
    public string? PreferredChain { get; init; }

    /// <summary>
    /// True takes the shortest of the chains offered, of those that end in <see cref="PreferredChain"/> where that is set.
    /// </summary>
    public bool PreferShortChain { get; init; }

    /// <summary>A profile the server lists in its directory (draft-ietf-acme-profiles); null for its default, or for <c>shortlived</c> where there
    /// are <see cref="Addresses"/> and the server lists that.</summary>
    public string? Profile { get; init; }

    /// <summary>
    /// True, the default: a server that does not list the profile is a problem. False: the order goes without it.
    /// </summary>
    public bool ProfileIsRequired { get; init; } = true;

    /// <summary>
    /// A certificate id for the order's <c>replaces</c>, sent as it is (RFC 9773 §5); <see cref="Renews"/> is the safe way.
    /// </summary>
    public string? Replaces { get; init; }

    /// <summary>
    /// The certificate this one renews: named to the CA only where that is right, so that its limits do not count.
    /// </summary>
    public RenewedCertificate? Renews { get; init; }

    /// <summary>
    /// True: names the CA refuses are dropped and the rest is ordered again, so that one broken name does not cost the others
    /// their certificate; <see cref="IssuedCertificate.LeftOut"/> tells which. Default: false.
    /// </summary>
    public bool DropFailingNames { get; init; }

    /// <summary>Whether an order for the names that are left is worth placing; where it is not, the failure stands. Null, the default: always.</summary>
    public Predicate<IReadOnlyList<string>>? MayOrderRest { get; init; }

    /// <summary>The most names that the CA puts on one certificate: where more would be left of a wildcard that was dropped, some of them are, too. Null, the default: as many as there are.</summary>
    public int? MostNames { get; init; }

    /// <summary>The longest that this one may take, where that is less than <see cref="AcmeClientOptions.IssuanceTimeout"/>. Null, the default: as long as any.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What has been dropped already.</summary>
    internal IReadOnlyList<FailedName> LeftOut { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"IssuanceRequest {{ Names = {string.Join(", ", SortedNames())} }}";

    /// <summary>Names and addresses as an order writes them, see <see cref="OrderNames"/>.</summary>
    internal IReadOnlyList<string> SortedNames() => OrderNames.Of(AllNames());

    /// <summary>Those too that a wildcard stands for.</summary>
    internal IEnumerable<string> AllNames() => Names.Select(name => name.Text).Concat(Addresses.Select(address => address.ToString()));

    /// <summary>Whether a certificate for these names alone would do.</summary>
    internal bool TakesRest(IReadOnlyList<string> rest) => DropFailingNames && rest.Count > 0 && MayOrderRest?.Invoke(rest) != false;

    /// <summary>The request without some of its names.</summary>
    internal IssuanceRequest Without(IReadOnlyList<FailedName> failed)
    {
        var gone = failed.Select(name => name.Name).ToHashSet(StringComparer.Ordinal);
        return this with
        {
            Names = [.. Names.Where(name => !gone.Contains(name.Text))],
            Addresses = [.. Addresses.Where(address => !gone.Contains(address.ToString()))],
            LeftOut = [.. LeftOut, .. failed],
        };
    }
}
