using Berth.Kernel;

namespace Berth.Authority;

/// <summary>The system's store: a folder for what administrators add, and the program that makes bundles of it.</summary>
internal sealed class SystemTrust(string folder, string ending, string[] update) : ITrustStore
{
    private static readonly (string Folder, string Ending, string[] Update)[] Known =
    [
        ("/usr/local/share/ca-certificates", ".crt", ["update-ca-certificates"]), // Debian, Ubuntu, Alpine
        ("/etc/pki/ca-trust/source/anchors", ".pem", ["update-ca-trust", "extract"]), // Fedora, RHEL
        ("/etc/ca-certificates/trust-source/anchors", ".crt", ["trust", "extract-compat"]), // Arch
        ("/usr/share/pki/trust/anchors", ".pem", ["update-ca-certificates"]), // openSUSE
    ];

    public string Title => $"System store {folder}";

    public static IEnumerable<ITrustStore> Find() => Known.Where(known => Directory.Exists(known.Folder)).Take(1)
        .Select(known => new SystemTrust(known.Folder, known.Ending, known.Update));

    public string? Install(string name, string file) => Change(() => AtomicFile.Write(PathOf(name), File.ReadAllBytes(file), AtomicFile.PublicRead));

    public string? Uninstall(string name) => Change(() => File.Delete(PathOf(name)));

    private string PathOf(string name) => Path.Combine(folder, name + ending);

    private string? Change(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProblemException)
        {
            return e.Message;
        }

        return Tool.Run(update[0], update[1..]).Fault;
    }
}
