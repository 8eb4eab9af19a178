using System.Collections.Immutable;
using System.Net;
using Berth.Acme.Protocol;
using Berth.Authority.Policy;
using Berth.Authority.Validation;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>Finds every fault of the options.</summary>
internal static class OptionsCheck
{
    /// <exception cref="ProblemException"><see cref="AuthorityProblems.OptionsInvalid"/> with a line for each fault.</exception>
    internal static void RefuseFaults(AuthorityOptions options)
    {
        ImmutableArray<string> faults = [.. Faults(options)];
        if (faults.Length > 0)
        {
            throw AuthorityProblems.InvalidOptions(faults).AsException();
        }
    }

    private static IEnumerable<string> Faults(AuthorityOptions options) =>
    [
        .. Folder(options), .. Endpoints(options), .. Lifetimes(options), .. Urls(options), .. Limits(options),
        .. Validation(options), .. Names(options), .. Profiles(options),
    ];

    private static IEnumerable<string> Folder(AuthorityOptions options)
    {
        if (!Path.IsPathFullyQualified(options.DataFolder))
        {
            yield return $"The data folder '{Printable.Of(options.DataFolder)}' must be an absolute path.";
        }
    }

    private static IEnumerable<string> Endpoints(AuthorityOptions options)
    {
        if (options.Listen.IsDefaultOrEmpty)
        {
            yield return "The ACME endpoint needs at least one address to listen on.";
        }

        if (options.HostNames.IsDefaultOrEmpty)
        {
            yield return "The ACME endpoint needs at least one host name.";
        }

        foreach (var host in options.HostNames.IsDefault ? [] : options.HostNames)
        {
            if (!IPAddress.TryParse(host, out _)
                && !(DomainName.TryParse(host, out var name) && !name.IsWildcard && name.Text == host))
            {
                yield return $"The host name '{Printable.Of(host)}' is neither a lower-case host name nor an address.";
            }
        }

        foreach (var (port, what) in new[] { (options.HttpPort, "HTTP-01"), (options.HttpsPort, "HTTPS redirect") })
        {
            if (port is < 1 or > 65535)
            {
                yield return $"The {what} port {port} is not between 1 and 65535.";
            }
        }
    }

    private static IEnumerable<string> Lifetimes(AuthorityOptions options)
    {
        if (options.LeafLifetime < TimeSpan.FromMinutes(10) || options.LeafLifetime > TimeSpan.FromDays(398))
        {
            yield return $"The lifetime of certificates, {options.LeafLifetime}, is not between 10 minutes and 398 days.";
        }

        if (options.OrderLifetime < TimeSpan.FromMinutes(5) || options.OrderLifetime > TimeSpan.FromDays(30))
        {
            yield return $"The lifetime of orders, {options.OrderLifetime}, is not between 5 minutes and 30 days.";
        }

        if (options.AuthorizationLifetime < options.OrderLifetime || options.AuthorizationLifetime > TimeSpan.FromDays(398))
        {
            yield return $"The lifetime of authorizations, {options.AuthorizationLifetime}, is not between that of orders and 398 days.";
        }
    }

    private static IEnumerable<string> Urls(AuthorityOptions options)
    {
        // RFC 5280 §8: revocation information behind TLS could need itself to be fetched.
        if (options.PublicationBase is { } publication && (!publication.IsAbsoluteUri || publication.Scheme != Uri.UriSchemeHttp))
        {
            yield return $"The publication base '{Printable.Of(publication.OriginalString)}' is not a plain http:// URL.";
        }

        foreach (var (url, what) in new[] { (options.TermsOfService, "terms of service"), (options.Website, "website") })
        {
            if (url is { IsAbsoluteUri: false })
            {
                yield return $"The URL of the {what}, '{Printable.Of(url.OriginalString)}', is not absolute.";
            }
        }
    }

    private static IEnumerable<string> Limits(AuthorityOptions options)
    {
        if (options.PendingAuthorizationsPerAccount < 1 || options.ConcurrentRequestsPerClient < 1
            || options.ConcurrentValidations < 1 || options.OpenOrdersPerAccount < 1 || options.ConnectionsPerClient < 1)
        {
            yield return "Each limit must be at least 1.";
        }
    }

    private static IEnumerable<string> Validation(AuthorityOptions options)
    {
        if (options.Resolvers.Length > Quorum.MostPerspectives)
        {
            yield return $"There are {options.Resolvers.Length} resolvers; at most {Quorum.MostPerspectives} are asked.";
        }

        if (options.Quorum is { } quorum && (quorum < 1 || quorum > Math.Max(options.Resolvers.Length, 1)))
        {
            yield return $"The quorum {quorum} is not between 1 and the number of resolvers.";
        }

        if (options.ValidationRetries.Length > 10 || options.ValidationRetries.Any(wait => wait < TimeSpan.Zero || wait > TimeSpan.FromMinutes(1)))
        {
            yield return "Failed validations are repeated at most 10 times, each after at most a minute.";
        }

        foreach (var type in options.ChallengeTypes.Where(type => type is not (ChallengeType.Http01 or ChallengeType.TlsAlpn01) && !ChallengeType.IsDns(type)))
        {
            yield return $"The challenge type '{Printable.Of(type)}' is not known here.";
        }
    }

    private static IEnumerable<string> Names(AuthorityOptions options)
    {
        foreach (var name in options.CaaIdentities.Where(name => !DomainName.TryParse(name, out var parsed) || parsed.IsWildcard))
        {
            yield return $"The CAA identity '{Printable.Of(name)}' is not a host name.";
        }

        foreach (var pattern in options.AllowedNames.AddRange(options.DeniedNames).Where(text => NamePattern.Parse(text) is null))
        {
            yield return $"'{Printable.Of(pattern)}' is none of a name, a name with a dot in front, an address and a network.";
        }
    }

    private static IEnumerable<string> Profiles(AuthorityOptions options)
    {
        foreach (var profile in options.Profiles)
        {
            if (profile.Name is not { Length: > 0 and <= 64 } || !profile.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
            {
                yield return $"The profile name '{Printable.Of(profile.Name)}' is not 1 to 64 lower-case letters, digits, hyphens and underscores.";
            }

            if (profile.Lifetime < TimeSpan.FromMinutes(10) || profile.Lifetime > TimeSpan.FromDays(398))
            {
                yield return $"The lifetime of profile {Printable.Of(profile.Name)}, {profile.Lifetime}, is not between 10 minutes and 398 days.";
            }

            if (profile.MostNames is < 1 or > IdentifierPolicy.MostNames)
            {
                yield return $"Profile {Printable.Of(profile.Name)} allows {profile.MostNames} names; 1 to {IdentifierPolicy.MostNames} are possible.";
            }
        }

        if (options.Profiles.Select(profile => profile.Name).Distinct(StringComparer.Ordinal).Count() != options.Profiles.Length)
        {
            yield return "Two profiles have the same name.";
        }
    }
}
