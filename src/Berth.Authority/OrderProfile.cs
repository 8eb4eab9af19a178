namespace Berth.Authority;

/// <summary>A kind of certificate that a client may ask for by name (draft-ietf-acme-profiles).</summary>
public sealed record OrderProfile
{
    /// <summary>Lower-case letters, digits, hyphens and underscores; at most 64.</summary>
    public required string Name { get; init; }

    /// <summary>Shown in the directory: a sentence, or the URL of a page.</summary>
    public required string Description { get; init; }

    /// <summary>How long a certificate lasts; 10 minutes to 398 days.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>How many names it may hold; at most 100.</summary>
    public int MostNames { get; init; } = 100;

    /// <summary>Whether keys may be RSA; P-256 and P-384 always may.</summary>
    public bool AllowRsa { get; init; } = true;

    /// <summary>Whether it may hold wildcards.</summary>
    public bool AllowWildcards { get; init; } = true;

    /// <summary>Whether it may hold IP addresses.</summary>
    public bool AllowAddresses { get; init; } = true;
}
