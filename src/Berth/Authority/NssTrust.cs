namespace Berth.Authority;

/// <summary>A database of Firefox or Chromium, changed with NSS's own certutil.</summary>
internal sealed class NssTrust(string folder) : ITrustStore
{
    private static readonly string[] Places =
        [".pki/nssdb", ".mozilla/firefox", "snap/firefox/common/.mozilla/firefox", "snap/chromium/current/.pki/nssdb", ".var/app/org.mozilla.firefox/.mozilla/firefox"];

    public string Title => $"NSS database {folder}";

    public static IEnumerable<ITrustStore> Find(string home) => Places.Select(place => Path.Combine(home, place)).Where(Directory.Exists)
        .SelectMany(place => Directory.EnumerateDirectories(place).Prepend(place))
        .Where(place => File.Exists(Path.Combine(place, "cert9.db")))
        .Select(place => new NssTrust(place));

    public string? Install(string name, string file) => Has(name) ? null : Tool.Run("certutil", ["-A", "-d", "sql:" + folder, "-t", "C,,", "-n", name, "-i", file]).Fault;

    public string? Uninstall(string name) => Has(name) ? Tool.Run("certutil", ["-D", "-d", "sql:" + folder, "-n", name]).Fault : null;

    private bool Has(string name) => Tool.Run("certutil", ["-L", "-d", "sql:" + folder, "-n", name]).Fault is null;
}
