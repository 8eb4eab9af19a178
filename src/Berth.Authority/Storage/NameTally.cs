namespace Berth.Authority.Storage;

/// <summary>The failures of one account at one name, one after the other: a proof sets the bucket back, a failure that empties it pauses the name.</summary>
internal sealed record NameTally(string AccountId, string Name, LimitBucket Bucket);
