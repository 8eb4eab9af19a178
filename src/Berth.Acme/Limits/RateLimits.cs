namespace Berth.Acme.Limits;

/// <summary>The limits of one certificate authority.</summary>
public sealed record RateLimits
{
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>Those that are not listed are not counted.</summary>
    public required IReadOnlyList<RateLimit> All { get; init; }

    /// <summary>None that are known.</summary>
    public static RateLimits None { get; } = new() { All = [] };

    /// <summary>Let's Encrypt, as of November 2026 (https://letsencrypt.org/docs/rate-limits/).</summary>
    public static RateLimits LetsEncrypt { get; } = new()
    {
        All =
        [
            new(LimitKind.NewAccounts, 10, TimeSpan.FromHours(3)),
            new(LimitKind.NewOrders, 300, TimeSpan.FromHours(3)),
            new(LimitKind.CertificatesPerDomain, 50, Week),
            new(LimitKind.CertificatesPerSet, 5, Week),
            new(LimitKind.FailedValidations, 5, TimeSpan.FromHours(1)),
            new(LimitKind.ConsecutiveFailures, 1152, TimeSpan.FromDays(1152)),
        ],
    };

    /// <summary>Its staging environment, as far as it is published (https://letsencrypt.org/docs/staging-environment/).</summary>
    public static RateLimits LetsEncryptStaging { get; } = new()
    {
        All =
        [
            new(LimitKind.NewAccounts, 50, TimeSpan.FromHours(3)),
            new(LimitKind.NewOrders, 1500, TimeSpan.FromHours(3)),
            new(LimitKind.CertificatesPerDomain, 30_000, Week),
            new(LimitKind.CertificatesPerSet, 30_000, Week),
            new(LimitKind.FailedValidations, 60, TimeSpan.FromHours(1)),
        ],
    };

    /// <summary>Those of the server whose directory it is; <see cref="None"/> for one that is not known here.</summary>
    public static RateLimits Of(Uri directory) => directory.Host switch
    {
        "acme-v02.api.letsencrypt.org" => LetsEncrypt,
        "acme-staging-v02.api.letsencrypt.org" => LetsEncryptStaging,
        _ => None,
    };

    internal RateLimit? Find(LimitKind kind) => All.FirstOrDefault(limit => limit.Kind == kind);
}
