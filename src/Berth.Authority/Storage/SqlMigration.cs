namespace Berth.Authority.Storage;

/// <summary>One step between two versions of the tables.</summary>
/// <param name="Forward">To the next version.</param>
/// <param name="Back">To the version before; what only the newer one knows is lost.</param>
internal sealed record SqlMigration(string Forward, string Back);
