using System.Collections.Immutable;

namespace Berth.Authority.Signing;

/// <summary>What a certificate is measured against.</summary>
internal sealed record LintContext
{
    internal required Issuer Issuer { get; init; }

    /// <summary>DNS names in lower case and addresses as .NET prints them.</summary>
    internal required ImmutableHashSet<string> Names { get; init; }

    /// <summary>From start to end, the backdating included.</summary>
    internal required TimeSpan LongestLifetime { get; init; }

    /// <summary>Whether CRLs and issuers are to be had over HTTP.</summary>
    internal required bool IsPublished { get; init; }
}
