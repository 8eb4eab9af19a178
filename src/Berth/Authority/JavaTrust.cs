namespace Berth.Authority;

/// <summary>A JDK's store, changed with its own keytool.</summary>
internal sealed class JavaTrust(string keytool, string store) : ITrustStore
{
    // The password every JDK comes with; the store holds public certificates only.
    private const string Password = "changeit";

    private static readonly string[] Places = ["lib/security/cacerts", "jre/lib/security/cacerts"];

    public string Title => $"Java store {store}";

    public static IEnumerable<ITrustStore> Find()
    {
        var home = Environment.GetEnvironmentVariable("JAVA_HOME") is { Length: > 0 } given ? given
            : Tool.Find("keytool") is { } found ? Path.GetDirectoryName(Path.GetDirectoryName(File.ResolveLinkTarget(found, returnFinalTarget: true)?.FullName ?? found))
            : null;
        if (home is null)
        {
            yield break;
        }

        var store = Places.Select(place => Path.Combine(home, place)).FirstOrDefault(File.Exists);
        var keytool = Path.Combine(home, "bin/keytool");
        if (store is not null && File.Exists(keytool))
        {
            yield return new JavaTrust(keytool, store);
        }
    }

    public string? Install(string name, string file) =>
        Has(name) ? null : Run("-importcert", "-noprompt", "-trustcacerts", "-alias", name, "-file", file);

    // Debian copies the system's roots into Java's store under names of its own, and does not take them back.
    public string? Uninstall(string name) => new[] { name, $"debian:{name}.pem" }.Where(Has)
        .Select(alias => Run("-delete", "-alias", alias)).FirstOrDefault(fault => fault is not null);

    private bool Has(string name) => Run("-list", "-alias", name) is null;

    private string? Run(params string[] words) => Tool.Run(keytool, [.. words, "-keystore", store, "-storepass", Password]).Fault;
}
