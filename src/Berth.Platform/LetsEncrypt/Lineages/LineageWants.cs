using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What an app's certificate should be, as far as its next step depends on it.</summary>
/// <param name="Names">All names that could be ordered, or could be but for a setting that is missing; empty when that is not known.</param>
/// <param name="Grace">A fixed time before expiry to renew at; null derives it.</param>
public sealed record LineageWants(IReadOnlyList<DomainName> Names, TimeSpan? Grace)
{
    /// <summary>All domains there are, those among them that nothing can be ordered for as things are; null when that is not known.</summary>
    public IReadOnlyList<DomainName>? Domains { get; init; }

    /// <summary>The directories of the servers that may be asked; empty when that is not known now.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>The same servers as they were set.</summary>
    public IReadOnlyList<string> ServerWords { get; init; } = [];

    /// <summary>Whether a first certificate is ordered without anyone asking for it, as soon as one can be.</summary>
    public bool ByDefault { get; init; }

    /// <summary>When something was last set, where a first certificate was asked for and refused for want of a setting.</summary>
    public DateTimeOffset? MendedAt { get; init; }

    /// <summary>What of it cannot be ordered as things are, each with its remedy.</summary>
    public IReadOnlyList<Problem> LeftOut { get; init; } = [];

    /// <summary>Why nothing can be ordered as things are; null when something can, or nobody wants anything.</summary>
    public Problem? WhyNot { get; init; }
}
