namespace Berth.Authority.Storage;

/// <summary>A name that an account has failed to prove so often that it can order nothing for it until it is unpaused.</summary>
internal sealed record PausedName(string AccountId, string Name, DateTimeOffset Since);
