using System.Collections.Frozen;
using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>The kinds of certificates (draft-ietf-acme-profiles); an order without one gets the kind that has no name.</summary>
internal sealed class ProfilePolicy(AuthorityOptions options)
{
    private readonly FrozenDictionary<string, OrderProfile> _profiles =
        options.Profiles.ToFrozenDictionary(profile => profile.Name, StringComparer.Ordinal);

    private readonly OrderProfile _unnamed = new() { Name = "", Description = "", Lifetime = options.LeafLifetime };

    /// <summary>For the directory; null when there is nothing to choose.</summary>
    internal IReadOnlyDictionary<string, string>? Descriptions => _profiles.Count == 0
        ? null
        : options.Profiles.ToDictionary(profile => profile.Name, profile => profile.Description, StringComparer.Ordinal);

    /// <exception cref="Rejection">invalidProfile, with those there are.</exception>
    internal OrderProfile Of(string? name) => name switch
    {
        null => _unnamed,
        _ when _profiles.TryGetValue(name, out var found) => found,
        _ => throw Reject.InvalidProfile(_profiles.Count == 0
            ? $"There is no profile '{Printable.Of(name, 70)}': this authority has none; leave the member out."
            : $"There is no profile '{Printable.Of(name, 70)}'; choose one of {string.Join(", ", options.Profiles.Select(profile => profile.Name))}."),
    };

    /// <summary>The same for an order that was accepted: a profile that was taken away since gives what there is without one.</summary>
    internal OrderProfile OfStored(string? name) => name is not null && _profiles.TryGetValue(name, out var found) ? found : _unnamed;
}
