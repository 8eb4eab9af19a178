using System.Net;
using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>What to prove, and by whom.</summary>
internal sealed record ValidationTarget
{
    /// <summary>The DNS name, with its wildcard label where it has one, or the address.</summary>
    internal required string Name { get; init; }

    /// <summary>One of <see cref="ChallengeType"/>.</summary>
    internal required string Type { get; init; }

    internal required string Token { get; init; }

    /// <summary>RFC 7638 thumbprint of the account's key.</summary>
    internal required string Thumbprint { get; init; }

    /// <summary>The account's URL as its client knows it.</summary>
    internal required string AccountUrl { get; init; }

    internal string KeyAuthorization => Acme.Protocol.KeyAuthorization.Of(Token, Thumbprint);

    internal bool IsWildcard => Name.StartsWith("*.", StringComparison.Ordinal);

    internal string BaseName => IsWildcard ? Name[2..] : Name;

    /// <summary>The address, where that is what is proven.</summary>
    internal IPAddress? Address => IPAddress.TryParse(Name, out var address) ? address : null;
}
