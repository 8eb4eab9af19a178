using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.Domains;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Challenges;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Ports;
using Berth.Platform.Properties;
using Berth.Platform.Tests.Support;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>What orders certificates, on files in a scratch folder and at a scripted authority; no order comes so far as to be proved.</summary>
internal sealed class OrderingRoom : IAsyncDisposable
{
    private readonly Room _room = new();
    private readonly DnsChoice _dns;
    private readonly CertificateFiles _certificates;

    private OrderingRoom(ScriptedAuthority authority)
    {
        var (time, trust) = (TimeProvider.System, _room.Scratch["roots.pem"]);
        Authority = authority;
        AtomicFile.Write(trust, authority.Certificate.ExportCertificatePem());
        Server = new WantedServer($"{authority.Url}/dir", new Uri($"{authority.Url}/dir"));
        Settings = new LetsEncryptSettingsStore(_room.Properties, _room.Config);
        Ledgers = new Ledgers(_room.Store, Settings, time);
        Clients = new AcmeClients(_room.Store, null, trust, null, time) { RegistrationsOf = Ledgers.RegistrationsOf };
        _dns = new DnsChoice(_room.Properties, new StateRoots(_room.Scratch["home"], _room.Scratch["lib"]), time);
        _certificates = new CertificateFiles(_room.Store, time);
        Lineages = new LineageFiles(_room.Store, _certificates, time);
        Planner = new CertificatePlanner(new DomainStore(_room.Store, _room.Config, time), Settings, Clients, _dns, _certificates);
        Reader = new LineageReader(Planner, Lineages, _certificates, Settings, new SettingsStamp(_room.Store, _room.Properties, null), Waits, time);
        Orders = new ServerOrders(Clients, Ledgers, new OrdersUnderWay(time));
        Requests = new OrderRequests(Reader, _certificates, Clients, time);
        Servers = new ServersToAsk(Reader, Lineages, Orders, Ledgers, Requests, time);
        var events = new Deaf();
        var renewal = new AutoRenewal(_room.Properties, _room.Store);
        Ahead = new LimitsAhead(Reader, Servers, new OrdersUnderWay(time), renewal, time);
        var records = new AttemptRecords(Reader, Lineages, Orders, Settings, new Outcomes(new RetryLadder(new Random(1))), events, renewal, Waits, time);
        var port = new ChallengePort(_room.Store, new PortStore(_room.Properties, _room.Config, _room.Store));
        var solvers = new ChallengeSolvers(null!, _dns, new ProofFiles(_room.Store), port, time);
        Ordering = new Ordering(Reader, Lineages, Servers, Orders, Requests, Settings, solvers, port, records, null!, events, null, time);
    }

    public ScriptedAuthority Authority { get; }

    public WantedServer Server { get; }

    public LetsEncryptSettingsStore Settings { get; }

    public Ledgers Ledgers { get; }

    public AcmeClients Clients { get; }

    public LineageFiles Lineages { get; }

    public CertificatePlanner Planner { get; }

    public LineageReader Reader { get; }

    public ServerOrders Orders { get; }

    public OrderRequests Requests { get; }

    public ServersToAsk Servers { get; }

    public LimitsAhead Ahead { get; }

    public Ordering Ordering { get; }

    public FileStateStore Store => _room.Store;

    public AppCatalog Apps => _room.Apps;

    public LimitWaits Waits { get; } = new(TimeProvider.System);

    public Recorder Said { get; } = new();

    /// <param name="limits">As <c>limits</c> says them; of the authority alone.</param>
    /// <param name="servers">As they are set; null for the authority alone.</param>
    public static async Task<OrderingRoom> OpenAsync(string limits, params string[] servers)
    {
        var room = new OrderingRoom(await ScriptedAuthority.StartAsync());
        room.Set(LetsEncryptSettingsStore.Limits, $"{room.Server.Directory.Authority}/{limits}");
        room.Set("server", servers.Length == 0 ? room.Server.Key : string.Join(' ', servers));
        room.Set("email", "you@example.com");
        await room.AddDomainsAsync("app.example.com");
        return room;
    }

    public Task AddDomainsAsync(params string[] names) =>
        new DomainStore(_room.Store, _room.Config, TimeProvider.System).AddAsync(Room.App, names, CancellationToken.None);

    public void Set(string key, string value) => _room.Properties.Set(LetsEncryptSettingsStore.Feature, PropertyStore.Global, key, value);

    /// <summary>An order of an app for an e-mail, at the authority.</summary>
    public ServerOrder OrderOf(string app, string email)
    {
        var name = AppName.Parse(app);
        var settings = Settings.Read(Room.App) with { Email = EmailAddress.Parse(email) };
        return new ServerOrder(
            name,
            Server,
            settings,
            new IssuanceRequest { Names = [DomainName.Parse($"{app}.example.com")] },
            new PlannedOrder { Account = email, Names = [$"{app}.example.com"] },
            Lineages.JournalOf(name),
            new ChosenSolvers([], "HTTP-01", false, new Acme.Challenges.ProofHistory()),
            Said.Output);
    }

    /// <summary>Puts a certificate of the authority's into service, which is due and may be replaced in its window.</summary>
    public Task InstallDueAsync(IssuedCertificate issued)
    {
        var now = TimeProvider.System.GetUtcNow();
        return InstallAsync(issued, new Acme.RenewalPlan { WindowStart = now.AddHours(-2), WindowEnd = now.AddHours(1), RenewAt = now.AddHours(-1), AskAgainAt = now.AddHours(6) });
    }

    /// <summary>Puts a certificate of the authority's into service, with what it has said about its renewal.</summary>
    public async Task InstallAsync(IssuedCertificate issued, Acme.RenewalPlan plan)
    {
        var state = LineageState.New with { IssuedBy = Server.Key, IssuedToAccount = issued.AccountUrl };
        await Lineages.InstallAsync(Room.App, issued, "due", new Dictionary<string, string>(), state, default, CancellationToken.None);
        var serial = CertificateFacts.TryRead(issued.LeafPem)!.Serial;
        Lineages.WriteAdvice(Room.App, new LineageAdvice { Serial = serial, CertificateId = "aYhb_w.AQ", Plan = plan, AskAgainAt = plan.AskAgainAt });
    }

    /// <summary>As <c>certs:add</c> does.</summary>
    public void InstallByHand(params string[] names)
    {
        var (chain, key) = HandMadePair.Make(names, names[0], TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(90));
        _certificates.Install(Room.App, chain, key, fromAcme: false);
    }

    /// <summary>As the authority would have issued it.</summary>
    public IssuedCertificate Issued(DateTimeOffset from, DateTimeOffset until, params string[] names)
    {
        var (chain, key) = HandMadePair.Make(names, names[0], from, until);
        return new IssuedCertificate
        {
            Names = names,
            LeafPem = chain,
            ChainPem = "",
            PrivateKeyPem = key,
            Issuer = "",
            NotBefore = from,
            NotAfter = until,
            DirectoryUrl = Server.Key,
            AccountUrl = $"{Authority.Url}/account/1",
            OrderUrl = "",
            CertificateUrl = "",
        };
    }

    /// <summary>As the authority would have issued it so many days ago, for 90.</summary>
    public IssuedCertificate Aged(double days, params string[] names)
    {
        var now = TimeProvider.System.GetUtcNow();
        return Issued(now.AddDays(-days), now.AddDays(90 - days), names);
    }

    /// <summary>A window as Let's Encrypt's: 1.8 days that end in so many.</summary>
    public static Acme.RenewalPlan Window(double end)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new() { WindowStart = now.AddDays(end - 1.8), WindowEnd = now.AddDays(end), RenewAt = now.AddDays(end - 1), AskAgainAt = now.AddHours(6) };
    }

    public int RequestsTo(string path) => Authority.Requests.Count(seen => seen.Path == path);

    public async ValueTask DisposeAsync()
    {
        Clients.Dispose();
        _dns.Dispose();
        _room.Dispose();
        await Authority.DisposeAsync();
    }

    private sealed class Deaf : ILineageEvents
    {
        public void Publish(LineageEvent happened)
        {
        }
    }
}
