using System.Collections.Immutable;
using System.Net;

namespace Berth.Authority.Signing;

/// <summary>Reads from the options how authorities are made.</summary>
internal static class HierarchyOptions
{
    private static readonly ImmutableArray<IPNetwork> Loopback = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];

    internal static HierarchySettings SettingsOf(AuthorityOptions options) => new()
    {
        LeafLifetime = options.LongestLifetime,
        IntermediateLifetime = options.IntermediateLifetime,
        Organization = options.Organization,
        Constraints = new NameConstraints(
            options.PermittedDomains,
            options.ExcludedDomains,
            options.PermittedNetworks.IsEmpty && !options.PermittedDomains.IsEmpty ? Loopback : options.PermittedNetworks),
        Token = options.Token is { } token ? TokenUri.Parse(token) : null,
    };
}
