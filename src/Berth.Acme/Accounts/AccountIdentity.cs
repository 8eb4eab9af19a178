namespace Berth.Acme.Accounts;

/// <summary>What an account is kept under: one for each server and e-mail.</summary>
/// <param name="DirectoryUrl">The server's directory, as configured.</param>
/// <param name="Email">The contact; null for an account without one.</param>
public sealed record AccountIdentity(string DirectoryUrl, string? Email);
