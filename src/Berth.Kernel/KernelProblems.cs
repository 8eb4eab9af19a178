namespace Berth.Kernel;

/// <summary>What can be wrong with the values everyone shares.</summary>
public static class KernelProblems
{
    public static readonly ProblemCode AppNameInvalid = new("app-name-invalid", Contract: true);
    public static readonly ProblemCode DomainInvalid = new("domain-invalid");
    public static readonly ProblemCode EmailInvalid = new("email-invalid");
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

    public static Problem NotWritable(string path, string reason) => new(
        StateNotWritable,
        $"Cannot write {path}: {reason}",
        "Check free space (df -h) and the folder's owner, then run the command again; the file is as it was.");

    public static Problem Busy(string scope, TimeSpan waited) => new(
        StateBusy,
        $"Another command has been changing {scope} for {waited.TotalSeconds:0} s.",
        "Wait for it to end, then run the command again. The lock goes away with the process that holds it.");
}
