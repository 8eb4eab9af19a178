using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Challenges;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>What is to be looked at for an app, by its settings.</summary>
public sealed class PreflightScopes(LetsEncryptSettingsStore settings, DnsChoice dns, ChallengeSolvers solvers, EdgeServer edge, IBuiltInAuthority? authority, LineageReader reader, TimeProvider time)
{
    private const int UsualPort = 80;
    private const int UsualTlsPort = 443;

    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is to be ordered.</param>
    /// <param name="server">Where, if that is known.</param>
    public PreflightScope Of(AppName app, WantedCertificate wanted, WantedServer? server = null)
    {
        server ??= ServerChoice.Of(wanted.Servers, reader.ReadOf(app).Stored, time.GetUtcNow());
        var directory = server.Directory;
        var isOwn = directory == authority?.Directory;
        var resolvers = dns.ResolversOf(app);
        return new PreflightScope
        {
            App = app,
            Names = wanted.HostNames,
            Addresses = wanted.Addresses,
            Directory = directory,
            ServerWord = wanted.Settings.Servers.Count > 1 ? server.Word : "",
            Email = wanted.Settings.Email,
            Binding = wanted.Settings.Bindings.At(directory),
            Profile = wanted.Settings.Profile,
            ProfileIsRequired = wanted.Settings.ProfileIsRequired,
            DnsDecides = AcmeServers.IsPublic(directory) || resolvers.Count > 0,
            IsPublic = AcmeServers.IsPublic(directory),
            HttpPort = settings.HttpPortOf(app) ?? (isOwn ? edge.HttpPort : UsualPort),
            TlsPort = settings.TlsPortOf(app) ?? (isOwn ? edge.HttpsPort : UsualTlsPort),
            Provider = dns.LookAt(app),
            NeedsZone = dns.NeedsZone(app),
            MakesRecordsByHand = !dns.HasProvider(app),
            Methods = solvers.MethodsOf(app, wanted),
            MethodsByName = solvers.MethodsByName(app, wanted),
            Resolvers = resolvers,
            AuthoritativePort = dns.AuthorityPortOf(app),
        };
    }
}
