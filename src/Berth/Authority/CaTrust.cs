using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Signing;
using Berth.Client;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>Has the root trusted on this machine, or no more.</summary>
internal static class CaTrust
{
    private const string Help =
        """
            --system  the system's store, which curl, git, .NET and most programs use (needs root)
            --nss     the databases of browsers in the user's home (needs certutil)
            --java    the JDK's store, of JAVA_HOME or of keytool's (needs keytool, and often root)
            --root    a root's certificate in place of this authority's, on a machine that only trusts it
        Without one of the first three, all that are there.
        """;

    private const string Synopsis = "[--data <folder>] [--system] [--nss] [--java] [--root <file>]";

    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new("trust install", Synopsis, "Have this machine trust the root", Help, call => Task.FromResult(Change(call, install: true))),
        new("trust uninstall", Synopsis, "Have this machine trust the root no more", Help, call => Task.FromResult(Change(call, install: false))),
    ];

    private static int Change(CaCall call, bool install)
    {
        var file = call.Words.Value("--root") is { } given ? GivenPath.Full(given, "--root") : call.Place.Keys.CertificatePath(HierarchyFolder.Root);
        using var root = Read(call, file);
        var name = $"berth-root-{root.GetCertHashString(HashAlgorithmName.SHA256)[..16].ToLowerInvariant()}";
        var all = !call.Words.Has("--system") && !call.Words.Has("--nss") && !call.Words.Has("--java");
        var stores = new List<ITrustStore>();
        if (all || call.Words.Has("--system"))
        {
            stores.AddRange(SystemTrust.Find());
        }

        if (all || call.Words.Has("--nss"))
        {
            stores.AddRange(NssTrust.Find(Environment.GetEnvironmentVariable("HOME") ?? "/"));
        }

        if (all || call.Words.Has("--java"))
        {
            stores.AddRange(JavaTrust.Find());
        }

        if (stores.Count == 0)
        {
            throw CaProblems.UnchangedTrust("trust of this machine", "none of the stores asked for is here").AsException();
        }

        foreach (var store in stores)
        {
            var fault = install ? store.Install(name, file) : store.Uninstall(name);
            if (fault is not null)
            {
                throw CaProblems.UnchangedTrust(store.Title, fault).AsException();
            }

            call.Output.Line($"{store.Title}: {(install ? "trusts" : "trusts no more")} {Printable.Of(root.Subject)}");
        }

        return 0;
    }

    private static X509Certificate2 Read(CaCall call, string file)
    {
        if (!File.Exists(file) && !call.Words.Has("--root"))
        {
            call.Place.RequireAuthority();
        }

        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (CryptographicException e)
        {
            throw CaProblems.UnusableFile(file, e.Message).AsException(e);
        }
    }
}
