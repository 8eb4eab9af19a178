using System.Formats.Tar;
using System.Security.Cryptography;
using Berth.Kernel;
using Microsoft.Data.Sqlite;

namespace Berth.Authority;

/// <summary>One file with all of an authority: a tar archive, encrypted where there is a passphrase.</summary>
internal static class Backup
{
    private const string Database = "authority.db";
    private const string Dump = "records.pgdump";

    // What a data folder holds, and nothing else, comes back from an archive.
    private static readonly string[] Files = ["settings", "cluster.key", "audit.log"];
    private static readonly string[] Records = [Database, Dump];

    public static void Write(CaPlace place, string file, string? passphrase, bool keysOnly)
    {
        using var scratch = new PrivateScratch(place.Folder);
        var archive = scratch["archive"];
        using (var tar = new TarWriter(NewFile(archive)))
        {
            // First: what records name, a new intermediate say, is then among the keys; and what they no longer hold is in the audit log.
            if (!keysOnly)
            {
                AddRecords(place, scratch, tar);
            }

            foreach (var name in Files.Where(name => File.Exists(Path.Combine(place.Folder, name))))
            {
                tar.WriteEntry(Path.Combine(place.Folder, name), name);
            }

            foreach (var key in Directory.EnumerateFiles(place.Keys.Folder).Where(IsKeyFile))
            {
                tar.WriteEntry(key, "keys/" + Path.GetFileName(key));
            }
        }

        try
        {
            Publish(archive, file, passphrase);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CaProblems.UnusableFile(file, e.Message).AsException(e);
        }
    }

    private static void AddRecords(CaPlace place, PrivateScratch scratch, TarWriter tar)
    {
        if (place.Options.Database is { } shared)
        {
            SharedRecords.Dump(shared, scratch[Dump]);
            tar.WriteEntry(scratch[Dump], Dump);
        }
        else if (File.Exists(place.DatabaseFile))
        {
            Copy(place.DatabaseFile, scratch[Database]);
            tar.WriteEntry(scratch[Database], Database);
        }
    }

    /// <summary>Restores into a folder beside, looks at it, and puts it in place whole.</summary>
    public static void Restore(CaPlace place, string file, string? passphrase, bool keysOnly)
    {
        if (Directory.Exists(place.Folder) && Directory.EnumerateFileSystemEntries(place.Folder).Any())
        {
            throw CaProblems.Existing(place.Folder).AsException();
        }

        PrivateFolder.Ensure(Path.GetDirectoryName(place.Folder)!);
        using var scratch = new PrivateScratch(Path.GetDirectoryName(place.Folder)!);
        try
        {
            Open(file, scratch["archive"], passphrase);
            var whole = scratch["whole"];
            PrivateFolder.Ensure(Path.Combine(whole, "keys"));
            Extract(scratch["archive"], whole);
            TakeRecords(whole, keysOnly);
            Publish(whole, place.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException or SqliteException or InvalidDataException)
        {
            throw CaProblems.UnusableBackup(file, e.Message).AsException(e);
        }
    }

    private static void TakeRecords(string whole, bool keysOnly)
    {
        var (database, dump) = (Path.Combine(whole, Database), Path.Combine(whole, Dump));
        if (keysOnly)
        {
            File.Delete(database);
        }
        else if (File.Exists(database))
        {
            Check(database);
        }
        else if (File.Exists(dump))
        {
            SharedRecords.Load(
                CaSettings.Load(whole).Database ?? throw new InvalidDataException("it holds records of PostgreSQL, and no setting that names a database"), dump);
        }

        File.Delete(dump);
    }

    private static void Publish(string whole, string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder);
        }

        PrivateFolder.SyncTree(whole);
        Directory.Move(whole, folder);
        Sync(Path.GetDirectoryName(folder)!);
    }

    // What was renamed in it survives a power cut.
    private static void Sync(string folder)
    {
        using var held = HeldFolder.Open(folder);
        held.Sync();
    }

    private static bool IsKeyFile(string path) => Path.GetExtension(path) is ".pem" or ".key" or ".csr";

    // SQLite's own way: consistent, while others write.
    private static void Copy(string from, string to)
    {
        AtomicFile.Write(to, []);
        using var source = new SqliteConnection($"Data Source={from};Mode=ReadWrite;Pooling=False");
        using var target = new SqliteConnection($"Data Source={to};Pooling=False");
        source.Open();
        target.Open();
        source.BackupDatabase(target);
    }

    private static void Publish(string archive, string file, string? passphrase)
    {
        var temporary = $"{file}.{Guid.NewGuid():N}{AtomicFile.TemporaryEnding}";
        try
        {
            using (var output = NewFile(temporary))
            using (var input = File.OpenRead(archive))
            {
                if (passphrase is null)
                {
                    input.CopyTo(output);
                }
                else
                {
                    SealedFile.Write(input, output, passphrase);
                }

                output.Flush(flushToDisk: true);
            }

            File.Move(temporary, file, overwrite: true);
            Sync(Path.GetDirectoryName(file)!);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Open(string file, string archive, string? passphrase)
    {
        using var input = File.OpenRead(file);
        using var output = NewFile(archive);
        if (SealedFile.IsOne(input))
        {
            SealedFile.Read(input, output, passphrase ?? throw new InvalidDataException("it is encrypted, and no --passphrase-file was given"));
            return;
        }

        input.CopyTo(output);
    }

    private static void Extract(string archive, string folder)
    {
        using var tar = new TarReader(File.OpenRead(archive));
        var count = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            var inKeys = entry.Name.StartsWith("keys/", StringComparison.Ordinal) && !entry.Name[5..].Contains('/', StringComparison.Ordinal) && IsKeyFile(entry.Name);
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !(inKeys || Files.Contains(entry.Name) || Records.Contains(entry.Name)))
            {
                throw new InvalidDataException($"it holds '{Printable.Of(entry.Name)}', which is no part of an authority");
            }

            using var target = NewFile(Path.Combine(folder, entry.Name), entry.Name.EndsWith(".pem", StringComparison.Ordinal) ? AtomicFile.PublicRead : AtomicFile.Private);
            entry.DataStream?.CopyTo(target);
            count++;
        }

        if (count == 0)
        {
            throw new InvalidDataException("it is empty");
        }
    }

    private static void Check(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA integrity_check";
        if (command.ExecuteScalar() as string is not "ok" and var fault)
        {
            throw new InvalidDataException($"its database is damaged: {fault}");
        }
    }

    private static FileStream NewFile(string path, UnixFileMode mode = AtomicFile.Private) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = mode,
    });
}
