using System.Formats.Tar;
using Berth.Kernel;
using Microsoft.Data.Sqlite;

namespace Berth.Authority;

/// <summary>One file with all of an authority: a tar archive, encrypted where there is a passphrase.</summary>
internal static class Backup
{
    internal const string Database = "authority.db";
    internal const string Dump = "records.pgdump";
    internal const string AuditLog = "audit.log";

    // What a data folder holds, and nothing else, comes back from an archive.
    internal static readonly string[] Files = ["settings", "cluster.key", AuditLog];
    internal static readonly string[] Records = [Database, Dump];

    /// <summary>A backup takes the place of a file whole, and so only of a plain one: never of a device, a fifo or a link.</summary>
    /// <exception cref="ProblemException"><see cref="CaProblems.FileUnusable"/>.</exception>
    public static void RefuseOther(string file)
    {
        if (WhyNot(file) is { } reason)
        {
            throw CaProblems.UnusableFile(file, reason).AsException();
        }
    }

    private static string? WhyNot(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget is { } target ? $"it is a link; name the file it leads to, {target}"
                : PlainFile.IsOther(file) ? "it is no plain file, and would be replaced by one"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

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

    // What was renamed in it survives a power cut.
    internal static void Sync(string folder)
    {
        using var held = HeldFolder.Open(folder);
        held.Sync();
    }

    internal static bool IsKeyFile(string path) => Path.GetExtension(path) is ".pem" or ".key" or ".csr";

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

    internal static FileStream NewFile(string path, UnixFileMode mode = AtomicFile.Private) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = mode,
    });
}
