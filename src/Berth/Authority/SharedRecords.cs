using Berth.Authority.Storage;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>Copies the records in PostgreSQL out and in, by its own programs: consistent, while nodes serve.</summary>
internal static class SharedRecords
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(6);

    /// <summary>What an operator would type; without a password, which PGPASSWORD or ~/.pgpass gives.</summary>
    public static string CommandFor(SharedDatabase database) =>
        $"`pg_dump --format=custom --no-owner --file=records.pgdump '{database.Address}'`";

    /// <exception cref="ProblemException"><see cref="CaProblems.RecordsNotCopied"/>.</exception>
    public static void Dump(SharedDatabase database, string file)
    {
        // Made before, as nobody else may read what comes into it.
        AtomicFile.Write(file, []);
        var (fault, _) = Tool.Run(
            "pg_dump", database.ClientEnvironment, Patience, "--format=custom", "--no-owner", "--no-privileges", "--no-password", $"--file={file}");
        if (fault is not null)
        {
            throw CaProblems.UncopiedRecords(database.ToString(), fault, CommandFor(database)).AsException();
        }
    }

    /// <summary>Fills an empty database, all or nothing.</summary>
    /// <exception cref="InvalidDataException">It holds an authority's records already, or could not be filled.</exception>
    public static void Load(SharedDatabase database, string file)
    {
        if (PostgresDatabase.HoldsRecords(database.ConnectionString))
        {
            throw new InvalidDataException($"the database {database} holds an authority's records already; --keys-only keeps them, an empty database takes the backup's");
        }

        var (fault, _) = Tool.Run(
            "pg_restore", database.ClientEnvironment, Patience, "--no-owner", "--no-privileges", "--no-password", "--single-transaction", "--exit-on-error",
            $"--dbname={database.Name}", file);
        if (fault is not null)
        {
            throw new InvalidDataException($"pg_restore could not fill {database}: {fault}");
        }
    }
}
