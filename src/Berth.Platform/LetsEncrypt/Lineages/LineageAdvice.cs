using Berth.Acme;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What the server said about renewing one certificate (RFC 9773), and when to ask again.</summary>
public sealed record LineageAdvice
{
    /// <summary>The certificate it is about: advice about an older one counts no more.</summary>
    public required string Serial { get; init; }

    public required DateTimeOffset AskAgainAt { get; init; }

    /// <summary>What an order's <c>replaces</c> says; null when the server gives no advice.</summary>
    public string? CertificateId { get; init; }

    /// <summary>The time chosen in the server's window; null when the server gives no advice.</summary>
    public RenewalPlan? Plan { get; init; }

    /// <summary>Why the last question got no answer; null where it got one.</summary>
    public string? Unanswered { get; init; }
}
