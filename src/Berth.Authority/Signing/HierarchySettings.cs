namespace Berth.Authority.Signing;

/// <summary>How new authorities are made.</summary>
internal sealed record HierarchySettings
{
    /// <summary>An intermediate whose rest is shorter than twice this gets a successor.</summary>
    internal required TimeSpan LeafLifetime { get; init; }

    internal TimeSpan IntermediateLifetime { get; init; } = TimeSpan.FromDays(5 * 365);

    internal TimeSpan RootLifetime { get; init; } = TimeSpan.FromDays(10 * 365);

    /// <summary>The organization in the names of root and intermediates.</summary>
    internal string Organization { get; init; } = "Berth";

    /// <summary>What new intermediates may certify.</summary>
    internal NameConstraints Constraints { get; init; } = NameConstraints.None;

    /// <summary>The token new keys are made in; null makes them in files.</summary>
    internal TokenUri? Token { get; init; }
}
