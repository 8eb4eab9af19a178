namespace Berth.Authority.Storage;

/// <summary>Where two databases spell the same thing differently.</summary>
/// <param name="Bytes">The type of a column of bytes.</param>
/// <param name="Number">The type of a column of 64-bit numbers.</param>
/// <param name="ByKey">How a table says that its rows lie in its primary key.</param>
/// <param name="Lock">Taken in a migration's transaction, so that nodes that start together do not migrate together.</param>
internal sealed record SqlDialect(string Bytes, string Number, string ByKey, string? Lock)
{
    internal static readonly SqlDialect Sqlite = new("BLOB", "INTEGER", "WITHOUT ROWID", Lock: null);

    internal static readonly SqlDialect Postgres = new("BYTEA", "BIGINT", "", Lock: "SELECT pg_advisory_xact_lock(7305809156)");

    /// <summary>Fills in a migration's <c>{bytes}</c>, <c>{number}</c> and <c>{by-key}</c>.</summary>
    internal string Spell(string sql) => sql
        .Replace("{bytes}", Bytes, StringComparison.Ordinal)
        .Replace("{number}", Number, StringComparison.Ordinal)
        .Replace("{by-key}", ByKey, StringComparison.Ordinal);
}
