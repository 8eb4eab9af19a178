using System.Globalization;
using Berth.Authority.Audit;
using Berth.Authority.Storage;
using Berth.Client;

namespace Berth.Authority;

/// <summary>Backups, the audit log, and the versions of the tables.</summary>
internal static class CaCare
{
    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new("backup", "[--data <folder>] [--passphrase-file <file>] [--keys-only] <file>", "Write keys, records and audit log into one file, while the authority serves",
            "With a passphrase it is encrypted. Without one it holds the private keys as they are: guard it as you guard them.\n"
            + "Records in PostgreSQL are copied by pg_dump.\n    --keys-only   all but the records",
            BackupAsync),
        new("restore", "[--data <folder>] [--passphrase-file <file>] [--keys-only] <file>", "Make an authority anew from a backup",
            "Into a folder where there is none. Everything is checked before it is put in place. Records of PostgreSQL go into the\n"
            + "database that the backup's settings name, which must be empty.\n    --keys-only   all but the records, as for a node whose database lives",
            RestoreAsync),
        new("audit show", "[--data <folder>] [--format json|text] [--action <action>] [--limit <number>]", "Show what was done, the newest last", "", ShowAsync),
        new("audit verify", "[--data <folder>]", "Check that no line of the audit log was changed, taken out or moved", "", VerifyAsync),
        new("migrate", "[--data <folder>] [--to <version>]", "Bring the tables to another version, so that an older program can run again",
            "Stop all servers first. What only the newer version knows is lost.", MigrateAsync),
    ];

    private static async Task<int> BackupAsync(CaCall call)
    {
        var file = GivenPath.Full(call.Words.Only("the file to write"), "the file");
        call.Place.RequireAuthority();
        Backup.RefuseOther(file);
        var passphrase = Passphrase(call);
        await call.Place.NoteAsync("backup-made", ("file", file), ("encrypted", passphrase is null ? "no" : "yes"));
        Backup.Write(call.Place, file, passphrase, call.Words.Has("--keys-only"));
        call.Output.Line(file);
        if (passphrase is null)
        {
            call.Output.Warn("The backup holds private keys that are not encrypted; --passphrase-file encrypts it.");
        }

        if (call.Words.Has("--keys-only"))
        {
            call.Output.Warn(call.Place.Options.Database is { } shared
                ? $"The records are in PostgreSQL, not in this file: {SharedRecords.CommandFor(shared)} copies them."
                : "The records are not in this file.");
        }

        return 0;
    }

    private static async Task<int> RestoreAsync(CaCall call)
    {
        var file = GivenPath.Full(call.Words.Only("the backup's file"), "the file");
        Restoring.Run(call.Place, file, Passphrase(call), call.Words.Has("--keys-only"));
        await call.Place.NoteAsync("restored", ("file", file));
        call.Output.Line($"The authority of {file} is in {call.Place.Folder}.");
        return 0;
    }

    private static string? Passphrase(CaCall call)
    {
        if (call.Words.Value("--passphrase-file") is not { } file)
        {
            return null;
        }

        return CaFile.Read(file, "--passphrase-file").Split('\n')[0].TrimEnd('\r') is { Length: >= 8 } passphrase
            ? passphrase
            : throw call.Words.Bad("The passphrase, the file's first line, has 8 characters at least.");
    }

    private static async Task<int> ShowAsync(CaCall call)
    {
        await call.Place.WithStoreAsync(_ => Task.FromResult(true));
        var action = call.Words.Value("--action");
        var lines = call.Place.Audit.Lines().Where(line => action is null || AuditLog.Field(line, "action") == action);
        foreach (var line in call.Words.Number("--limit", int.MaxValue) is { } limit ? lines.TakeLast(limit) : lines)
        {
            call.Output.Line(call.Words.AsJson ? line : Row(line));
        }

        return 0;
    }

    private static string Row(string line)
    {
        using var parsed = System.Text.Json.JsonDocument.Parse(line);
        var facts = parsed.RootElement.EnumerateObject().Where(fact => fact.Name is not ("number" or "previous" or "hash" or "id" or "at" or "actor" or "action"));
        return string.Join(
            "  ",
            [AuditLog.Field(line, "at"), AuditLog.Field(line, "actor"), AuditLog.Field(line, "action"), .. facts.Select(fact => $"{fact.Name}={fact.Value}")]);
    }

    private static async Task<int> VerifyAsync(CaCall call)
    {
        var node = new NodeIdentity(TimeProvider.System);
        await using var store = call.Place.OpenStore(node);
        // Looked at before anything is added: what waits is chained to the end only when the end holds.
        var count = await AuditCheck.VerifyAsync(call.Place.Audit, store, CancellationToken.None);
        call.Output.Line($"{count} lines, none changed, taken out or moved.");
        if (File.Exists(call.Place.Audit.Path) && !call.Place.Audit.EndsWhole())
        {
            call.Output.Warn("A crash cut the last line short; it is written again with the next one.");
        }

        return 0;
    }

    private static async Task<int> MigrateAsync(CaCall call)
    {
        var version = call.Words.Number("--to", SqlSchema.Newest) ?? throw call.Words.Bad("berth ca migrate needs --to.");
        if (call.Place.IsServed)
        {
            throw AuthorityProblems.FolderInUse(call.Place.Folder).AsException();
        }

        call.Place.RequireAuthority();
        await (call.Place.Options.Database is { } shared
            ? (ISqlDatabase)PostgresDatabase.Open(shared.ConnectionString, version)
            : SqliteDatabase.Open(call.Place.DatabaseFile, version)).DisposeAsync();
        call.Output.Line(string.Create(CultureInfo.InvariantCulture, $"The tables have version {version}; this program's newest is {SqlSchema.Newest}."));
        return 0;
    }
}
