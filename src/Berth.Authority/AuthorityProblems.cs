using System.Collections.Immutable;
using System.Globalization;
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
    public static readonly ProblemCode CertificateLinted = new("authority-certificate-refused");
    public static readonly ProblemCode RequestWaiting = new("authority-request-waiting");
    public static readonly ProblemCode CertificateUnfit = new("authority-certificate-unfit");
    public static readonly ProblemCode RequestUnfit = new("authority-request-unfit");
    public static readonly ProblemCode TokenNotUsable = new("authority-token-not-usable");
    public static readonly ProblemCode AuditBroken = new("authority-audit-broken");
    public static readonly ProblemCode ClusterKeyNotFound = new("authority-cluster-key-not-found");
    public static readonly ProblemCode ClockBehind = new("authority-clock-behind");
    public static readonly ProblemCode HostNotPermitted = new("authority-host-not-permitted");
    public static readonly ProblemCode KeysDiffer = new("authority-keys-differ");

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

    internal static Problem UnbornRoot(string path, DateTimeOffset birth, DateTimeOffset now) => new(
        ClockBehind,
        string.Create(CultureInfo.InvariantCulture, $"This machine's clock says {now:yyyy-MM-dd HH:mm}, and the root {path} is valid from {birth:yyyy-MM-dd HH:mm} UTC on."),
        "Set the clock right (`timedatectl` shows it): no one accepts a certificate before its root is valid.");

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

    internal static Problem RefusedCertificate(string names, ImmutableArray<string> broken) => new(
        CertificateLinted,
        $"The certificate for {Printable.Of(names, 200)} was not signed: {(broken.Length == 1 ? "a rule does" : $"{broken.Length} rules do")} not hold.",
        "Each line is a rule that a certificate of this authority must keep; the profile, the name constraints or the key asked for break it.")
    {
        Details = broken,
    };

    internal static Problem UnpermittedHosts(ImmutableArray<string> hosts, string permitted) => new(
        HostNotPermitted,
        $"The endpoint cannot be called {Printable.Of(string.Join(" or ", hosts), 200)}: the intermediate certifies {Printable.Of(permitted, 200)}.",
        "Name a host that it may certify, and by which clients reach this machine, for example --host ca.corp.example.");

    internal static Problem WaitingRequest(string request) => new(
        RequestWaiting,
        $"{request} waits to be signed by a root that is kept elsewhere.",
        "Sign it where the root is (`berth ca sign`), then install the answer here: `berth ca install`. To make a root here instead, delete the request.");

    internal static Problem UnfitCertificate(string reason) => new(
        CertificateUnfit,
        $"That certificate cannot be installed: {Printable.Of(reason)}.",
        "Install what `berth ca sign` wrote for the request of this very authority: the intermediate and its root, in one PEM file.");

    internal static Problem UnfitRequest(string reason) => new(
        RequestUnfit,
        $"That is not a signing request: {Printable.Of(reason.TrimEnd('.'))}.",
        "Give it the .csr file that `berth ca request` named, in PEM.");

    internal static Problem UnusableToken(string reason) => new(
        TokenNotUsable,
        $"The key in the hardware token cannot be used: {Printable.Of(reason)}.",
        "Write pkcs11:token=LABEL?module-path=/path/to/library.so&pin-source=/path/to/pin, and look whether `pkcs11-tool --list-slots` sees the token.");

    internal static Problem BrokenAudit(string path, long line, string reason) => new(
        AuditBroken,
        $"The audit log {path} cannot be trusted from line {line} on: {reason}.",
        "Keep the file as it is, and compare it with the copy in your backup: the first line that differs is where someone changed it.");

    internal static Problem MissingClusterKey(string path) => new(
        ClusterKeyNotFound,
        $"Other nodes work on this database, and their key is not at {path}.",
        "Copy cluster.key from the data folder of one of them, with mode 0600; it is the only file a new node needs.");

    internal static Problem DifferingKeys(string path) => new(
        KeysDiffer,
        $"{path} is not what the other nodes of this database have.",
        "This data folder belongs to another authority. Give the node an empty one that holds only cluster.key of the others.");
}
