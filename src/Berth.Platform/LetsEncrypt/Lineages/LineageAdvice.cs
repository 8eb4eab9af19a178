using Berth.Acme;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What the server said about renewing one certificate (RFC 9773), and when to ask again.</summary>
public sealed record LineageAdvice
{
    /// <summary>The longest <see cref="Unanswered"/>, in characters.</summary>
    internal const int LongestWords = 400;

    /// <summary>The certificate it is about: advice about an older one counts no more.</summary>
    public required string Serial { get; init; }

    public required DateTimeOffset AskAgainAt { get; init; }

    /// <summary>What an order's <c>replaces</c> says; null when the server gives no advice.</summary>
    public string? CertificateId { get; init; }

    /// <summary>The time chosen in the server's window; null when the server gives no advice.</summary>
    public RenewalPlan? Plan { get; init; }

    /// <summary>Why the last question brought none: unreachable, refused, or not to be asked; null where it brought some, or the server offers none.</summary>
    public string? Unanswered { get; init; }

    /// <summary>When that was; null where it is not known.</summary>
    public DateTimeOffset? UnansweredAt { get; init; }
}
