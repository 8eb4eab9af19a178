namespace Berth.Kernel;

/// <summary>What can be wrong with the values everyone shares.</summary>
public static class KernelProblems
{
    public static readonly ProblemCode AppNameInvalid = new("app-name-invalid", Contract: true);
    public static readonly ProblemCode DomainInvalid = new("domain-invalid");
    public static readonly ProblemCode EmailInvalid = new("email-invalid") { IsOfSettings = true };
    public static readonly ProblemCode StateNotWritable = new("state-not-writable");
    public static readonly ProblemCode StateBusy = new("state-busy");

    internal static Problem InvalidAppName() => new(
        AppNameInvalid,
        "App name must begin with lowercase alphanumeric character, and may only contain lowercase alphanumerics, dots, and hyphens",
        "Choose a name such as my-app or shop2.");

    internal static Problem InvalidDomain(string text, string reason) => new(
        DomainInvalid,
        $"'{Printable.Of(text)}' is not a domain name: {reason}.",
        "Write the bare host name, for example www.example.com.");

    internal static Problem InvalidEmail(string text) => new(
        EmailInvalid,
        $"'{Printable.Of(text)}' is not an e-mail address.",
        "Write it as name@example.com.");

    /// <summary>A file or folder that could not be changed; the remedy is that of the system's own reason.</summary>
    public static Problem NotWritable(string path, Exception cause)
    {
        var fault = SystemFault.Of(cause);
        return NotWritable(path, fault.Words, RemedyOf(fault, Printable.Of(path)));
    }

    public static Problem NotWritable(string path, string reason) =>
        NotWritable(path, reason, $"See what lies there and whose it is (`ls -ld {Printable.Of(path)}`), then run the command again.");

    public static Problem Busy(string scope, TimeSpan waited) => new(
        StateBusy,
        $"Another command has been changing {scope} for {waited.TotalSeconds:0} s.",
        "Wait for it to end, then run the command again. The lock goes away with the process that holds it.");

    private static Problem NotWritable(string path, string reason, string remedy) =>
        new(StateNotWritable, $"Cannot write {Printable.Of(path)}: {reason}", remedy);

    // The file itself may never have been there, nor its folder.
    private static string RemedyOf(SystemFault fault, string path)
    {
        var above = Above(path).ToArray();
        return RemedyOf(fault, fault.Number == SystemFault.NotAFolder ? above.Prepend(path).FirstOrDefault(File.Exists) ?? path : path, above.FirstOrDefault(Directory.Exists) ?? above.FirstOrDefault() ?? path);
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return folder;
        }
    }

    private static string RemedyOf(SystemFault fault, string path, string folder) => fault switch
    {
        { Number: SystemFault.NotPermitted } when CurrentUser.IsRoot => $"Not even root may: `lsattr -d {folder} {path}` shows whether it is immutable (`chattr -i` ends that), `findmnt -T {folder}` how it is mounted.",
        { IsDenied: true } => $"Put sudo in front of the command, or run it as the folder's owner; `ls -ld {folder}` shows who that is.",
        { IsFull: true } => $"Make room (`df -h {folder}` and `df -i {folder}` show what is full), then run the command again; the file is as it was.",
        { Number: SystemFault.ReadOnlyFileSystem } => $"The file system is mounted read-only: `findmnt -T {folder}` shows which. Mount it writable, then run the command again.",
        { Number: SystemFault.InputOutput } => "The disk reports errors: look at `dmesg`, and bring your data to another one now.",
        { Number: SystemFault.TooManyFiles } => "The process holds as many files as it may: raise the limit (LimitNOFILE in the unit, `ulimit -n` in a shell).",
        { Number: SystemFault.NameTooLong } => "Choose a shorter name.",
        { Number: SystemFault.NotAFolder } => $"A file lies where a folder belongs: `ls -ld {path}`. Move it away, then run the command again.",
        { Number: SystemFault.NoSuchEntry } => $"Its folder is not there: `ls -ld {Path.GetDirectoryName(path)}`. Restore it, then run the command again.",
        _ => $"See what lies there and whose it is (`ls -ld {path}`), then run the command again.",
    };
}
