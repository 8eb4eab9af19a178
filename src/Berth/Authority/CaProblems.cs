using Berth.Kernel;

namespace Berth.Authority;

/// <summary>What an operator of the authority can meet.</summary>
internal static class CaProblems
{
    public static readonly ProblemCode NotHere = new("ca-not-here");
    public static readonly ProblemCode AlreadyHere = new("ca-already-here");
    public static readonly ProblemCode SettingInvalid = new("ca-setting-invalid");
    public static readonly ProblemCode CertificateUnknown = new("ca-certificate-unknown");
    public static readonly ProblemCode AccountUnknown = new("ca-account-unknown");
    public static readonly ProblemCode BindingUnknown = new("ca-binding-unknown");
    public static readonly ProblemCode PauseUnknown = new("ca-pause-unknown");
    public static readonly ProblemCode IncidentUnknown = new("ca-incident-unknown");
    public static readonly ProblemCode RecordsNotCopied = new("ca-records-not-copied");
    public static readonly ProblemCode FileUnusable = new("ca-file-unusable");
    public static readonly ProblemCode BackupUnusable = new("ca-backup-unusable");
    public static readonly ProblemCode TrustNotChanged = new("ca-trust-not-changed");
    public static readonly ProblemCode RootElsewhere = new("ca-root-elsewhere");

    public static Problem NoAuthority(string folder) => new(
        NotHere, $"There is no authority in {Printable.Of(folder)}.", "Make one with `berth ca init`, or name its folder with --data.");

    public static Problem NoRecords(string file) => new(
        NotHere, $"The authority has no records yet: {Printable.Of(file)} is not there.", "It makes them when it serves for the first time: `berth ca serve`.");

    public static Problem NoIntermediate(string folder) => new(
        NotHere, $"There is no intermediate in {Printable.Of(folder)} yet.", "This folder holds a root that signs requests of others: `berth ca sign`. Or ask for an intermediate with `berth ca request`.");

    public static Problem RootIsElsewhere(string file) => new(
        RootElsewhere,
        $"The root's private key is not here ({Printable.Of(file)}), so no intermediate can be made here.",
        "Ask for one with `berth ca request`, sign it where the root is with `berth ca sign`, and install the answer with `berth ca install`.");

    public static Problem Existing(string folder) => new(
        AlreadyHere, $"There is an authority in {Printable.Of(folder)} already.", "Look at it with `berth ca status`, or name another folder with --data.");

    public static Problem BadSetting(string file, string name, string value) => new(
        SettingInvalid,
        $"{Printable.Of(file)}: '{Printable.Of(name, 40)} {Printable.Of(value, 80)}' is not a setting of the authority.",
        "`berth ca init --help` lists them with their values.");

    public static Problem NoDatabaseFile(string path, string reason) => new(
        SettingInvalid,
        $"'{Printable.Of(path)}' is neither a postgres:// URL nor a file that can be read: {Printable.Of(reason.TrimEnd('.'))}.",
        "Write postgres://user@host/name, or the path of a file that holds such an URL.");

    public static Problem NoCertificate(string serial) => new(
        CertificateUnknown, $"This authority has issued no certificate {Printable.Of(serial, 60)}.", "`berth ca inventory` lists them with their serial numbers.");

    public static Problem RevokedBefore(string serial) => new(
        CertificateUnknown, $"Certificate {Printable.Of(serial, 60)} is revoked already.", "`berth ca crl show` tells since when and why.");

    public static Problem NoAccount(string id) => new(
        AccountUnknown, $"There is no valid account {Printable.Of(id, 60)}.", "`berth ca accounts list` shows them.");

    public static Problem NoBinding(string id) => new(
        BindingUnknown, $"There is no binding key {Printable.Of(id, 60)}.", "`berth ca eab list` shows them.");

    public static Problem NothingPaused(string account, string? name) => new(
        PauseUnknown,
        name is null ? $"Nothing of account {Printable.Of(account, 60)} is paused." : $"{Printable.Of(name, 100)} is not paused for account {Printable.Of(account, 60)}.",
        "`berth ca paused` lists what is.");

    public static Problem NoIncident(string id) => new(
        IncidentUnknown, $"There is no incident {Printable.Of(id, 60)}.", "`berth ca incident list` shows them.");

    public static Problem UncopiedRecords(string database, string reason, string command) => new(
        RecordsNotCopied,
        $"The records in PostgreSQL ({Printable.Of(database)}) could not be copied: {Printable.Of(reason.TrimEnd('.'))}.",
        $"Install PostgreSQL's client programs of the server's version or newer, or copy the records where they are: {command}; then --keys-only.");

    public static Problem UnusableFile(string path, string reason) => new(
        FileUnusable, $"{Printable.Of(path)} cannot be used: {Printable.Of(reason.TrimEnd('.'))}.", "Check the path, and that this user may read or write it.");

    public static Problem UnusableBackup(string path, string reason) => new(
        BackupUnusable, $"{Printable.Of(path)} was not restored: {Printable.Of(reason.TrimEnd('.'))}.", "Nothing was changed. Try an older backup, or the passphrase it was made with.");

    public static Problem UnchangedTrust(string store, string reason) => new(
        TrustNotChanged, $"The {store} was not changed: {Printable.Of(reason.TrimEnd('.'))}.", "The system's store and Java's need root: put sudo in front. The others are as the lines above say.");
}
