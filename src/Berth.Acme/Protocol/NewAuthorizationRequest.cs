namespace Berth.Acme.Protocol;

/// <summary>Asks for an authorization ahead of any order (RFC 8555 §7.4.1).</summary>
public sealed record NewAuthorizationRequest
{
    /// <summary>What is to be authorized.</summary>
    public required Identifier Identifier { get; init; }
}
