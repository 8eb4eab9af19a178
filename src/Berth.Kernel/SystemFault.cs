using System.Runtime.InteropServices;
using System.Text;

namespace Berth.Kernel;

/// <summary>What the system said when a file could not be used, in its own words and as its number.</summary>
/// <param name="Number">The errno; 0 when none is known.</param>
/// <param name="Words">The reason, without the path.</param>
public sealed record SystemFault(int Number, string Words)
{
    public const int NotPermitted = 1; // EPERM
    public const int NoSuchEntry = 2; // ENOENT
    public const int Interrupted = 4; // EINTR
    public const int InputOutput = 5; // EIO
    public const int AccessDenied = 13; // EACCES
    public const int NotAFolder = 20; // ENOTDIR
    public const int InvalidArgument = 22; // EINVAL
    public const int TooManyFiles = 24; // EMFILE
    public const int NoSpace = 28; // ENOSPC
    public const int ReadOnlyFileSystem = 30; // EROFS
    public const int BrokenPipe = 32; // EPIPE
    public const int NameTooLong = 36; // ENAMETOOLONG
    public const int TooManyLinks = 40; // ELOOP: a link where none may be, too
    public const int NotSupported = 95; // EOPNOTSUPP
    public const int OverQuota = 122; // EDQUOT
    private const int Highest = 133;

    public bool IsDenied => Number is AccessDenied or NotPermitted;

    public bool IsFull => Number is NoSpace or OverQuota;

    /// <summary>Reads what .NET keeps of an errno: the exception's HResult, or that of the one inside.</summary>
    public static SystemFault Of(Exception cause) => cause switch
    {
        FileNotFoundException or DirectoryNotFoundException => From(NoSuchEntry),
        PathTooLongException => From(NameTooLong),
        UnauthorizedAccessException { InnerException: IOException inner } => Of(inner),
        UnauthorizedAccessException => From(AccessDenied),
        IOException { HResult: > 0 and <= Highest } => From(cause.HResult),
        _ => new SystemFault(0, Printable.Of(cause.Message, 300)),
    };

    internal static bool LastIsAbsence => Marshal.GetLastPInvokeError() is NoSuchEntry or NotAFolder;

    internal static bool LastIsDenied => Marshal.GetLastPInvokeError() is AccessDenied or NotPermitted;

    /// <summary>The last failed call as the exception .NET itself would have thrown.</summary>
    internal static Exception Last(string path) => AsException(Marshal.GetLastPInvokeError(), path);

    internal static Exception LastAsException(string what) => Last(what);

    internal static string Text(byte[] name) => Printable.Of(Encoding.UTF8.GetString(name).TrimEnd('\0'));

    private static Exception AsException(int number, string path)
    {
        var text = $"{Printable.Of(path)}: {Marshal.GetPInvokeErrorMessage(number)}";
        var plain = new IOException(text, number);
        return number switch
        {
            NoSuchEntry => new FileNotFoundException(text, plain),
            AccessDenied or NotPermitted => new UnauthorizedAccessException(text, plain),
            _ => plain,
        };
    }

    private static SystemFault From(int number) => new(number, Marshal.GetPInvokeErrorMessage(number));
}
