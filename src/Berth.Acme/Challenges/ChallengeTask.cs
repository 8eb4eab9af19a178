using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Challenges;

/// <summary>What a solver makes visible to the CA.</summary>
public sealed record ChallengeTask
{
    /// <summary>A <see cref="ChallengeType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>The name to be proved, without its wildcard label.</summary>
    public required DomainName Name { get; init; }

    /// <summary>True when the order asks for <c>*.</c> + the name.</summary>
    public required bool IsWildcard { get; init; }

    /// <summary>22 to 256 base64url characters: safe in a path and as a file name.</summary>
    public required string Token { get; init; }

    /// <summary>ASCII <c>token.thumbprint</c>: the body HTTP-01 serves (RFC 8555 §8.3).</summary>
    public required string KeyAuthorization { get; init; }

    /// <summary>The value of the TXT record at <c>_acme-challenge.</c> + the name (RFC 8555 §8.4).</summary>
    public string Dns01Value => Protocol.KeyAuthorization.Dns01Value(KeyAuthorization);
}
