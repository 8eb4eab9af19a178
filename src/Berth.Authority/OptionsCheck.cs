using System.Collections.Immutable;
using System.Net;
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
            || options.ConcurrentValidations < 1)
        {
            yield return "Each limit must be at least 1.";
        }
    }
}
