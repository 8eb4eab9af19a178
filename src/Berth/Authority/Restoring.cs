using System.Formats.Tar;
using System.Security.Cryptography;
using Berth.Kernel;
using Microsoft.Data.Sqlite;
using static Berth.Authority.Backup;

namespace Berth.Authority;

/// <summary>Makes an authority anew from what <see cref="Backup"/> wrote, or from what somebody says it did.</summary>
internal static class Restoring
{
    // Far more than a key, a certificate or the settings take.
    private const long LongestSmall = 1 << 20;

    /// <summary>Restores into a folder beside, looks at it, and puts it in place whole.</summary>
    public static void Run(CaPlace place, string file, string? passphrase, bool keysOnly)
    {
        if (Directory.Exists(place.Folder) && Directory.EnumerateFileSystemEntries(place.Folder).Any())
        {
            throw CaProblems.Existing(place.Folder).AsException();
        }

        PrivateFolder.Ensure(Path.GetDirectoryName(place.Folder)!);
        using var scratch = new PrivateScratch(Path.GetDirectoryName(place.Folder)!);
        try
        {
            var whole = scratch["whole"];
            PrivateFolder.Ensure(Path.Combine(whole, "keys"));
            using (var archive = Open(file, scratch["archive"], passphrase))
            {
                Extract(archive, whole);
            }

            CheckKeys(CaPlace.In(whole));
            TakeRecords(whole, keysOnly);
            Publish(whole, place.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or FormatException or SqliteException
            or InvalidDataException or OverflowException or ArgumentException or NotSupportedException)
        {
            throw CaProblems.UnusableBackup(file, e.Message).AsException(e);
        }
    }

    // Keys and certificates fit each other; a folder of a root alone, or one that waits for a root elsewhere, has no intermediate.
    private static void CheckKeys(CaPlace place)
    {
        if (!File.Exists(place.Keys.CertificatePath(Signing.HierarchyFolder.Intermediate(1))))
        {
            return;
        }

        try
        {
            place.OpenHierarchy().Dispose();
        }
        catch (ProblemException e)
        {
            throw new InvalidDataException($"its keys are not usable: {e.Problem.Found}", e);
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

    /// <returns>The tar archive: the file itself, or what it holds encrypted.</returns>
    private static FileStream Open(string file, string archive, string? passphrase)
    {
        if (PlainFile.IsOther(file))
        {
            throw new InvalidDataException("it is no plain file");
        }

        var input = File.OpenRead(file);
        if (input.Length > new DriveInfo(Path.GetDirectoryName(archive)!).AvailableFreeSpace / 2)
        {
            input.Dispose();
            throw new InvalidDataException("it is larger than half of what the disk has left");
        }

        if (!SealedFile.IsOne(input))
        {
            return input;
        }

        using (input)
        using (var output = NewFile(archive))
        {
            SealedFile.Read(input, output, passphrase ?? throw new InvalidDataException("it is encrypted, and no --passphrase-file was given"));
        }

        return File.OpenRead(archive);
    }

    private static void Extract(FileStream archive, string folder)
    {
        using var tar = new TarReader(archive, leaveOpen: true);
        var count = 0;
        while (tar.GetNextEntry() is { } entry)
        {
            var inKeys = entry.Name.StartsWith("keys/", StringComparison.Ordinal) && !entry.Name[5..].Contains('/', StringComparison.Ordinal) && IsKeyFile(entry.Name);
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !(inKeys || Files.Contains(entry.Name) || Records.Contains(entry.Name)))
            {
                throw new InvalidDataException($"it holds '{Printable.Of(entry.Name)}', which is no part of an authority");
            }

            if (entry.Length > LongestSmall && entry.Name is not (Database or Dump or AuditLog))
            {
                throw new InvalidDataException($"its '{Printable.Of(entry.Name)}' is larger than {LongestSmall >> 20} MiB");
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
}
