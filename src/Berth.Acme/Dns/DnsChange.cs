using Berth.Acme.Challenges;

namespace Berth.Acme.Dns;

/// <summary>One TXT value to be added or removed.</summary>
public sealed record DnsChange
{
    /// <summary>Where the value goes, after CNAMEs were followed: A-labels, lower case, no trailing dot.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The apex of the zone that holds <see cref="Name"/>; the same as the name for a provider that needs no zone.
    /// </summary>
    public required string Zone { get; init; }

    /// <summary>Unquoted ASCII; up to some hundred characters.</summary>
    public required string Value { get; init; }

    /// <summary>What it answers.</summary>
    public required ChallengeTask Task { get; init; }

    /// <summary>The name within its zone; empty at the apex.</summary>
    public string Label => Name == Zone ? "" : Name[..^(Zone.Length + 1)];

    /// <summary>The value as a zone file and most APIs write it: in quotes, in pieces of at most 255 characters (RFC 1035 §3.3.14).</summary>
    public string Quoted => string.Join(' ', Value.Chunk(255).Select(piece => $"\"{new string(piece)}\""));
}
