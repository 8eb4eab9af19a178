using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>What can keep a certificate authority from starting.</summary>
public static class AuthorityProblems
{
    public static readonly ProblemCode OptionsInvalid = new("authority-options-invalid");
    public static readonly ProblemCode PortTaken = new("authority-port-taken");
    public static readonly ProblemCode AddressNotUsable = new("authority-address-not-usable");
    public static readonly ProblemCode DataInUse = new("authority-data-in-use");
    public static readonly ProblemCode KeyExposed = new("authority-key-exposed");
    public static readonly ProblemCode KeyDamaged = new("authority-key-damaged");
    public static readonly ProblemCode KeyNotFound = new("authority-key-not-found");
    public static readonly ProblemCode KeysNotFound = new("authority-keys-not-found");
    public static readonly ProblemCode RootNotFound = new("authority-root-not-found");
    public static readonly ProblemCode DatabaseDamaged = new("authority-database-damaged");
    public static readonly ProblemCode DatabaseNewer = new("authority-database-newer");
    public static readonly ProblemCode DatabaseNotUsable = new("authority-database-not-usable");
    public static readonly ProblemCode DatabaseNotReached = new("authority-database-not-reached");

    internal static Problem InvalidOptions(ImmutableArray<string> faults) => new(
        OptionsInvalid,
        faults.Length == 1
            ? "A setting of the certificate authority is not usable."
            : $"{faults.Length} settings of the certificate authority are not usable.",
        "Change what each line names, then start again; nothing was written.")
    {
        Details = faults,
    };

    internal static Problem TakenPort(string endpoint, string? holder) => new(
        PortTaken,
        $"The certificate authority cannot listen on {endpoint}: {holder ?? "another program"} has the port.",
        holder is null
            ? $"Find the program with: ss -ltnp 'sport = :{endpoint[(endpoint.LastIndexOf(':') + 1)..]}', stop it, or choose another port."
            : "Stop that program, or choose another port for the certificate authority.");

    internal static Problem UnusableAddress(string endpoint, string reason) => new(
        AddressNotUsable,
        $"The certificate authority cannot listen on {endpoint}: {reason}",
        "Choose an address of this machine (ip address shows them) and, below 1024, a port this user may open.");

    internal static Problem FolderInUse(string folder) => new(
        DataInUse,
        $"Another certificate authority works in {folder}.",
        "Stop it first, or give this one a data folder of its own.");

    internal static Problem Exposed(string path) => new(
        KeyExposed,
        $"Other users may enter or read {path}, where private keys are.",
        $"Find out who could have copied the keys, then run `chmod go= {path}`.");

    internal static Problem DamagedKey(string path, string reason) => new(
        KeyDamaged,
        $"{path} is not usable: {reason.TrimEnd('.')}.",
        "Restore the file from a backup. Certificates already issued stay valid meanwhile.");

    internal static Problem MissingKey(string path) => new(
        KeyNotFound,
        $"The private key {path} is not there, and it is needed now.",
        "Restore it from a backup or from where it is kept offline, with mode 0600.");

    internal static Problem MissingRoot(string path) => new(
        RootNotFound,
        $"{path} is missing although there are intermediates it has signed.",
        "Restore it: it is a public certificate, any machine that trusts it has a copy.");

    internal static Problem MissingKeys(string keys, string database) => new(
        KeysNotFound,
        $"The keys in {keys} are gone, and {database} is there: this authority has issued certificates with them.",
        $"Restore {keys} from a backup. To begin a new authority, whose root every client must trust anew, move {database} away as well.");

    internal static Problem DamagedDatabase(string path, string reason) => new(
        DatabaseDamaged,
        $"The database {path} cannot be used: {reason.TrimEnd('.')}.",
        "Stop the certificate authority, put the file and its -wal and -shm aside, and restore a backup; or rescue it: sqlite3 FILE .recover | sqlite3 NEW");

    internal static Problem NewerDatabase(string path, long found, int known) => new(
        DatabaseNewer,
        $"The database {path} has version {found}; this program knows versions up to {known}.",
        "Run the newer program again, or restore the backup made before the upgrade.");

    internal static Problem UnusableDatabase(string reason) => new(
        DatabaseNotUsable,
        $"The database that was named cannot be used: {reason}.",
        "Write postgres://user@host/name; where a password is needed, put the URL into a file with mode 0600 and name that file.");

    internal static Problem UnreachableDatabase(string name, string reason) => new(
        DatabaseNotReached,
        $"The database {Printable.Of(name)} does not answer: {Printable.Of(reason.TrimEnd('.'))}.",
        "Look whether PostgreSQL runs there and lets this user in: psql with the same address says why.");
}
