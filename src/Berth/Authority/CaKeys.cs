using System.Collections.Immutable;
using Berth.Authority.Signing;
using Berth.Client;
using Berth.Kernel;

namespace Berth.Authority;

/// <summary>Making and renewing authorities, with the root here or kept elsewhere.</summary>
internal static class CaKeys
{
    private const string SettingsHelp =
        """
            --database           PostgreSQL that several nodes share: postgres://user@host/name, or a file that holds such an URL
            --organization       the organization in the names of root and intermediates; Berth by default
            --permit             a domain that intermediates may certify, with all below it; may be repeated; any by default
            --exclude            a domain that they may not certify; may be repeated
            --permit-network     a network whose addresses they may certify; may be repeated
            --token              make keys in a hardware token: pkcs11:token=LABEL?module-path=FILE&pin-source=FILE
            --intermediate-days  how long an intermediate lasts; 1825 by default
            --offline-root       make the root alone, on a machine that is no server; it signs with `berth ca sign`
        """;

    public static IReadOnlyList<CaVerb> Verbs { get; } =
    [
        new(
            "init",
            "[--data <folder>] [--database <url>] [--organization <name>] [--permit <domain>] [--exclude <domain>] [--permit-network <network>] "
            + "[--token <uri>] [--intermediate-days <days>] [--offline-root]",
            "Make a new authority: its root and its first intermediate",
            SettingsHelp,
            InitAsync),
        new("request", "[--data <folder>]", "Make the key of the next intermediate, and a request for a root that is elsewhere",
            "The request is safe to carry about. The same request is given until its answer is installed.", RequestAsync),
        new("sign", "[--data <folder>] [--permit <domain>] [--exclude <domain>] [--permit-network <network>] [--days <days>] [--out <file>] <request>",
            "Sign an intermediate's request with the root of this folder",
            "Where the root is kept. The answer holds the intermediate and the root, both public. An intermediate of another root\nmay be signed too: installed where it is, it becomes an alternate chain.",
            SignAsync),
        new("install", "[--data <folder>] <file>", "Install what `ca sign` answered",
            "A server that runs takes it up within seconds. A certificate for a key that is in service becomes an alternate chain.", InstallAsync),
        new("rotate", "[--data <folder>]", "Make a new intermediate now, which signs from now on",
            "The old one goes on to answer for what it has signed. The server does this by itself in time.", RotateAsync),
    ];

    private static async Task<int> InitAsync(CaCall call)
    {
        var place = call.Place;
        if (File.Exists(place.Keys.CertificatePath(HierarchyFolder.Root)) || File.Exists(place.DatabaseFile))
        {
            throw CaProblems.Existing(place.Folder).AsException();
        }

        CaSettings.Save(place.Folder, call.Words);
        var settings = HierarchyOptions.SettingsOf(place.Options);
        if (call.Words.Has("--offline-root"))
        {
            place.Keys.Open();
            using var alone = Hierarchy.MakeRoot(place.Keys, settings, call.Time.GetUtcNow());
            Tell(call, Printable.Of(alone.Subject), "Keep this folder on a machine or medium that is no server. Sign an authority's request with `berth ca sign`.");
            return 0;
        }

        PrivateFolder.Ensure(place.Folder);
        using var root = await MakeAsync(place, settings, call.Time);
        Tell(call, Printable.Of(root.Subject), "Have it trusted with `berth ca trust install`, and run it with `berth ca serve`.");
        return 0;
    }

    private static void Tell(CaCall call, string root, string next)
    {
        call.Output.Headline("The authority is made");
        call.Output.Detail($"Root:  {root}");
        call.Output.Detail($"File:  {call.Place.Keys.CertificatePath(HierarchyFolder.Root)}");
        call.Output.Detail(call.Caller.AsCalled(next));
    }

    private static async Task<System.Security.Cryptography.X509Certificates.X509Certificate2> MakeAsync(CaPlace place, HierarchySettings settings, TimeProvider time)
    {
        using (var hierarchy = Hierarchy.Open(place.Keys, settings, time))
        {
            // The records are made at once, so that the audit log begins with the keys.
            if (place.Options.Database is null)
            {
                await Storage.SqliteStore.Open(place.DatabaseFile).DisposeAsync();
            }

            await place.WithStoreAsync(async store =>
            {
                if (place.Options.Database is not null)
                {
                    var shared = await SharedKeys.OpenAsync(place.ClusterKey, place.Keys, store, CancellationToken.None);
                    await shared.PushAsync(CancellationToken.None);
                }

                await store.NoteAsync("authority-made", [("root", hierarchy.Root.Subject), ("intermediate", hierarchy.Current.Certificate.Subject)], CancellationToken.None);
                return true;
            });
            return System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(hierarchy.Root.RawData);
        }
    }

    private static Task<int> RequestAsync(CaCall call)
    {
        PrivateFolder.Ensure(call.Place.Folder);
        var file = Ceremony.Request(call.Place.Keys, HierarchyOptions.SettingsOf(call.Place.Options), call.Time.GetUtcNow());
        call.Output.Line(file);
        return Task.FromResult(0);
    }

    private static Task<int> SignAsync(CaCall call)
    {
        var options = call.Place.Options;
        var words = call.Words;
        var settings = HierarchyOptions.SettingsOf(options with
        {
            PermittedDomains = words.Has("--permit") ? Domains("--permit") : options.PermittedDomains,
            ExcludedDomains = words.Has("--exclude") ? Domains("--exclude") : options.ExcludedDomains,
            PermittedNetworks = words.Has("--permit-network") ? [.. words.Values("--permit-network").Select(Network)] : options.PermittedNetworks,
            IntermediateLifetime = words.Number("--days") is { } days ? TimeSpan.FromDays(days) : options.IntermediateLifetime,
        });
        var answer = Ceremony.Sign(call.Place.Keys, CaFile.Read(words.Only("the request's file"), "the request"), settings, call.Time.GetUtcNow());
        if (words.Value("--out") is { } file)
        {
            Save(GivenPath.Full(file, "--out"), answer);
        }
        else
        {
            call.Output.Raw(answer);
        }

        return Task.FromResult(0);

        System.Net.IPNetwork Network(string text) =>
            System.Net.IPNetwork.TryParse(text, out var network) ? network : throw words.Bad($"'{Printable.Of(text)}' is not a network.");

        ImmutableArray<string> Domains(string flag) => [.. words.Values(flag).Select(value => CaSettings.Domain(value, "the command"))];
    }

    private static void Save(string file, string answer)
    {
        Backup.RefuseOther(file);
        try
        {
            AtomicFile.Write(file, answer, AtomicFile.PublicRead);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CaProblems.UnusableFile(file, e.Message).AsException(e);
        }
    }

    private static async Task<int> InstallAsync(CaCall call)
    {
        var installed = Ceremony.Install(call.Place.Keys, CaFile.Read(call.Words.Only("the file that `ca sign` wrote"), "the file"), call.Time.GetUtcNow());
        await NoteAsync(call, "certificate-installed", ("file", Path.GetFileName(installed)));
        call.Output.Line(installed);
        return 0;
    }

    private static async Task<int> RotateAsync(CaCall call)
    {
        using var hierarchy = call.Place.OpenHierarchy();
        if (!hierarchy.HasRootKey)
        {
            throw CaProblems.RootIsElsewhere(call.Place.Keys.KeyPath(HierarchyFolder.Root)).AsException();
        }

        var successor = hierarchy.Rotate();
        await NoteAsync(call, "intermediate-made", ("issuer", successor.Id), ("subject", successor.Certificate.Subject));
        call.Output.Headline($"Intermediate {successor.Id} signs from now on");
        call.Output.Detail(Printable.Of(successor.Certificate.Subject));
        return 0;
    }

    private static async Task NoteAsync(CaCall call, string action, params ImmutableArray<(string Name, string Value)> facts)
    {
        if (call.Place.Options.Database is not null)
        {
            await call.Place.WithStoreAsync(async store =>
            {
                await (await SharedKeys.OpenAsync(call.Place.ClusterKey, call.Place.Keys, store, CancellationToken.None)).PushAsync(CancellationToken.None);
                return true;
            });
        }

        await call.Place.NoteAsync(action, facts);
    }
}
