namespace Berth.Authority.Validation;

/// <summary>What to prove.</summary>
/// <param name="Name">The DNS name.</param>
/// <param name="Token">The challenge's token.</param>
/// <param name="KeyAuthorization">What must be found.</param>
internal sealed record ValidationTarget(string Name, string Token, string KeyAuthorization);
