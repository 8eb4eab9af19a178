namespace Berth.Authority.Storage;

/// <summary>Opens the store on one machine.</summary>
internal static class SqliteStore
{
    /// <inheritdoc cref="SqliteDatabase.Open"/>
    internal static SqlStore Open(string path) => new(SqliteDatabase.Open(path));
}
