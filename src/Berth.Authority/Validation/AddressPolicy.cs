using System.Collections.Immutable;
using System.Net;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>Decides which addresses a validation may connect to, so that no name can make the authority probe its own network.</summary>
/// <param name="allowPrivate">True in a private network: loopback, RFC 1918, RFC 6598 and unique local addresses are fine.</param>
/// <param name="named">Networks the operator has named: what lies in them may be used, whatever registry it is in.</param>
internal sealed class AddressPolicy(bool allowPrivate, ImmutableArray<IPNetwork> named)
{
    // Where clouds hand out credentials to whoever asks; no name of a customer leads there, and no network that is named means them.
    private static readonly ImmutableArray<(IPNetwork Network, string Kind)> Metadata = SpecialAddress.Table(
        ("169.254.169.254/32", "a link-local (cloud metadata)"), ("169.254.170.2/32", "a link-local (cloud metadata)"),
        ("fd00:ec2::254/128", "a cloud metadata"), ("100.100.100.200/32", "a cloud metadata"),
        ("192.0.0.192/32", "a cloud metadata"), ("168.63.129.16/32", "a cloud metadata"), ("fd20:ce::254/128", "a cloud metadata"));

    /// <returns>Null when it may be used; otherwise the kind of address: <c>a link-local</c>.</returns>
    internal string? WhyNot(IPAddress address)
    {
        var plain = SpecialAddress.WithoutScope(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        if (SpecialAddress.KindIn(Metadata, plain) is { } metadata)
        {
            return metadata;
        }

        if (named.Any(network => SpecialAddress.Holds(network, plain)))
        {
            return null;
        }

        return SpecialAddress.PrivateKind(plain) is { } kind ? allowPrivate ? null : kind : SpecialAddress.ReservedKind(plain);
    }
}
