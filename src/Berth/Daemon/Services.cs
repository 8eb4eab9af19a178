using Berth.Client;
using Berth.Commands;
using Berth.Control;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Completion;
using Berth.Platform.Config;
using Berth.Platform.Cron;
using Berth.Platform.DockerOptions;
using Berth.Platform.Domains;
using Berth.Platform.Git;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Challenges;
using Berth.Platform.LetsEncrypt.Commands;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Metrics;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.LetsEncrypt.Preflight;
using Berth.Platform.Logs;
using Berth.Platform.Networks;
using Berth.Platform.Nginx;
using Berth.Platform.Plugins;
using Berth.Platform.Ports;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Checks;
using Berth.Platform.Properties;
using Berth.Platform.Proxy;
using Berth.Platform.Registries;
using Berth.Platform.Repositories;
using Berth.Platform.Resources;
using Berth.Platform.Routing;
using Berth.Platform.SshKeys;
using Berth.Platform.Takeover;
using Berth.Platform.Urls;
using Berth.Platform.Volumes;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>
/// Puts the rooms together, once. The daemon starts what it holds; a command without a daemon uses the same pieces unstarted, as far
/// as state on disk carries it.
/// </summary>
internal sealed class Services : IAsyncDisposable
{
    private readonly AcmeClients _clients;
    private readonly Func<CommandTable, CommandRunner> _runnerOf;
    private readonly DnsChoice _dns;
    private readonly DockerSocket _docker = new();
    private readonly FolderWatch? _watch;

    /// <param name="roots">Where state lies.</param>
    /// <param name="edgeOptions">How the edge would listen.</param>
    /// <param name="authority">Berth's own, when it runs in this process.</param>
    /// <param name="scheduler">Runs the apps; disposed by its owner.</param>
    /// <param name="inDaemon">Whether commands that need the daemon may run.</param>
    /// <param name="logs">Where faults are written.</param>
    public Services(
        StateRoots roots, EdgeOptions edgeOptions, IBuiltInAuthority? authority, IScheduler scheduler, bool inDaemon, ILoggerFactory logs)
    {
        var time = TimeProvider.System;
        _watch = inDaemon ? FolderWatch.TryStart() : null;
        var store = new FileStateStore(roots, time, _watch);
        var config = new ConfigStore(store, time);
        var properties = new PropertyStore(store, time);
        var plugins = new PluginServices(roots, store, properties, Environment.GetEnvironmentVariable, time);
        Compatibility = plugins.Files;
        var apps = new AppCatalog(store, time);
        var domains = new DomainStore(store, config, time);
        var (proxy, portMaps) = (Proxy = new ProxySettings(properties, config), new PortStore(properties, config, store));
        Known = new KnownApps(store, time);
        var certificates = new CertificateFiles(store, time, new CertificatePorts(portMaps, proxy)) { IsKnownWhole = Known.IsWhole };
        var ports = new PortPlan(portMaps, proxy, certificates);
        var nginx = new NginxSettings(properties, new NginxLogs(roots, Environment.GetEnvironmentVariable("NGINX_LOG_ROOT")));
        var (releases, triggers) = (new ReleaseStore(store, time), plugins.Triggers);
        var (renaming, cloning) = (new AppRenaming(store), new AppCloning(apps, config, domains, releases, store));
        Array.ForEach([renaming.FinishAll, cloning.SweepAll], finish => FinishWhatWasCutOff(finish, inDaemon ? new RenewalLog(logs) : null));
        Edge = new EdgeServer(edgeOptions, time, logs);
        var containers = new ContainerFiles(store, time);
        Containers = new ContainerTargets(apps, Known, containers, releases, _docker);
        var urls = new AppUrls(domains, ports, certificates, store, Edge);
        var reader = new AppReader(domains, certificates, config, containers);
        var routes = new RoutePublisher(apps, Known, reader, certificates, ports, proxy, nginx, urls, scheduler, Edge) { Otherwise = app => Containers.Of(app) };
        var published = new RouteChanges(routes, Edge);
        var processLog = inDaemon ? (IProcessLog)new ProcessLog(logs) : new NoProcessLog();
        var (ps, checks) = (new PsSettings(properties, config), new CheckSettings(properties, config));
        var (builder, appJson) = (new BuilderSettings(properties), new AppJsonSettings(properties));
        var formations = new FormationStore(properties, store);
        var builds = new BuildStore(store, properties, time);
        var (journal, operations) = (new BuildJournal(builds, processLog), new AppOperations(store, apps));
        Accounts = new AppAccounts(store, properties, apps);
        Runtime = new AppRuntime(
            apps,
            releases,
            new PlanMaker(releases, config, Accounts, ps, checks, builder, appJson, formations),
            ps,
            formations,
            operations,
            scheduler,
            routes,
            Edge,
            triggers,
            journal,
            processLog);
        var (settings, trustFile) = (new LetsEncryptSettingsStore(properties, config), TrustFile.Of(Environment.GetEnvironmentVariable("LEGO_CA_CERTIFICATES"), store, inDaemon));
        var (ledgers, underWay) = (new Ledgers(store, settings, time), new OrdersUnderWay(time));
        _clients = new AcmeClients(store, authority, trustFile, FailPoints.Hook, time) { RegistrationsOf = ledgers.RegistrationsOf };
        var lineages = new LineageFiles(store, certificates, time, FailPoints.Hook);
        var (random, renewalLog, update) = (new Random(), new RenewalLog(logs), new UpdateTrigger(triggers, store, time));
        var events = new LineageEvents(renewalLog);
        Notices = new NoticeDelivery(new NotifySettings(properties), store, triggers, renewalLog.OutputOf, renewalLog, time);
        (_dns, var notices) = (new DnsChoice(properties, roots, time), new NoticeLog(store));
        var desk = new NoticeDesk(notices, Notices, certificates, store, renewalLog, time);
        events.Add(desk, update);
        var planner = new CertificatePlanner(domains, settings, _clients, _dns, certificates);
        var (port, preflight, waits) = (new ChallengePort(store, portMaps), new CertificatePreflight(_clients, Edge, time), new LimitWaits(time));
        var solvers = new ChallengeSolvers(Edge, _dns, new ProofFiles(store), port, time);
        var lineageReader = new LineageReader(planner, lineages, certificates, settings, new SettingsStamp(store, properties, trustFile), waits, time);
        var scopes = new PreflightScopes(settings, _dns, solvers, Edge, authority, lineageReader, time);
        var orders = new ServerOrders(_clients, ledgers, underWay);
        var requests = new OrderRequests(lineageReader, certificates, _clients, time);
        var (serversToAsk, bundles, before) = (new ServersToAsk(lineageReader, lineages, orders, ledgers, requests, time), new Bundles(store, lineages, time), new FirstOrderPreflight(preflight, scopes, solvers, underWay));
        var renewal = AutoRenewal = new AutoRenewal(properties, store);
        var ahead = new LimitsAhead(lineageReader, serversToAsk, underWay, renewal, time);
        var accounts = AccountsAhead = new AccountsAhead(lineageReader, ahead, _clients);
        var records = new AttemptRecords(lineageReader, lineages, orders, settings, new Outcomes(new RetryLadder(random)), events, renewal, waits, time);
        var ordering = new Ordering(
            lineageReader, lineages, serversToAsk, orders, requests, settings, solvers, port, records, routes, events, before, time);
        Manager = new CertificateManager(
            apps, lineageReader, lineages, certificates, ordering, records, requests, new ObtainLines(lineageReader, lineages, requests, routes, renewal, time),
            new RenewalAdviser(lineages, certificates, _clients, settings, time, random), Restoring = new Restoring(certificates, lineages, routes, events, time),
            new Rehearsal(lineageReader, lineages, _clients, requests, orders, solvers, before, port, time),
            underWay, bundles, _clients, settings, routes, events, update, time);
        var (queue, troubles, heartbeat) = (new RenewalQueue(), new RenewalTroubles(lineages, time), new Heartbeat(store));
        var (waiting, silence) = (Waiting = new WaitingWords(lineageReader, lineages, Manager, certificates, underWay, renewal, queue, time) { Noticed = app => Renewals!.Nudge(app) }, new DaemonSilence(heartbeat, renewal, time) { IsDaemon = inDaemon });
        Command[] more =
        [
            .. new CheckCommands(preflight, scopes, planner, ahead, settings, lineages, Manager, apps).All,
            .. new EventCommands(notices, Notices, apps).All,
            .. new AccountCommands(_clients, settings, records, Manager, properties, apps).All,
            .. new LimitCommands(ledgers, planner, requests, _clients, apps, time).All,
            .. new ListCommands(settings, planner, lineageReader, ahead, accounts, waiting, renewal, silence, certificates, apps, time).All,
            .. new StatusCommands(new StatusReport(lineageReader, lineages, bundles, underWay, waiting, ahead, accounts, renewal, time), notices, lineageReader, ahead, accounts, waiting, silence, apps).All,
            .. new RollbackCommands(Manager, planner, renewal, update, apps).All,
            .. new AutoRenewCommands(Manager, certificates, waiting, apps, time).All,
        ];
        Renewals = new RenewalLoop(apps, Known, routes, Manager, renewal, queue, troubles, renewalLog, time)
        {
            Began = stop => Manager.TellLeftAsync(renewal.IsOn, renewalLog, stop),
            LookedAt = app => desk.Look(app, Manager.RenewalOf),
            Looked = () =>
            {
                heartbeat.Beat(time.GetUtcNow());
                Known.Save();
            },
        };
        events.Add(Renewals);
        (Apps, Routes, Domains, Certificates, Config, Releases) = (apps, routes, domains, certificates, config, releases);
        var changes = new LiveChanges(routes, Renewals);
        var (setup, deployLock) = (new DomainSetup(domains, config), new DeployLock(store));
        var transfer = new AppTransfer(
            apps, renaming, cloning, releases, Runtime,
            inDaemon ? Runtime : null, Manager, changes, triggers, store);
        Commands = new CommandTable(
        [
            new AppFeature(apps, setup, transfer, deployLock, properties, Runtime, Manager, changes, triggers, store),
            new ConfigFeature(config, apps, inDaemon ? Runtime : new NothingToRestart(Runtime), triggers),
            new DomainFeature(domains, setup, config, apps, changes, triggers),
            new CertificateFeature(certificates, new CertificateReport(certificates), domains, apps, store, published, triggers, Manager.ChangedByHandAsync, time),
            new PortFeature(portMaps, ports, apps, published, triggers),
            new ProxyFeature(proxy, domains, apps, published, triggers),
            new NginxFeature(
                nginx, new NginxConfigView(nginx, domains, ports, certificates, scheduler), proxy, domains, certificates, apps, published, time),
            new UrlFeature(UrlFeature.All, urls, apps),
            new UrlFeature(UrlFeature.Best, urls, apps),
            new LetsEncryptFeature(
                Manager, new LetsEncryptReport(settings, renewal, Manager, lineageReader, ahead, accounts, waiting, silence, properties, certificates, apps), settings, renewal, silence, lineages,
                properties, certificates, apps, triggers, more, Renewals.Nudge, time),
            new MetricsFeature(new CertificateMetrics(apps, certificates, lineageReader, renewal, heartbeat, time)),
            new PsFeature(Runtime, ps, new PsReport(Runtime, ps, formations, apps), new PsScaling(Runtime, formations, apps), journal, apps, triggers),
            new ChecksFeature(checks, Runtime, apps),
            new LogsFeature(new LogReader(LogSettingsOf(roots), time), new LogsSettings(properties), Runtime, apps),
            new DeployFeature(Runtime, releases, journal, apps, deployLock),
            new BuildsFeature(builds, journal, apps, time),
            new AppJsonFeature(appJson, apps),
            new BuilderFeature(builder, properties, apps),
            new BuildpacksFeature(properties, apps),
            new SchedulerFeature(properties, apps),
            .. KeptFeature.All(properties, apps),
            new SshKeyFeature(new AuthorizedKeysFile(store)),
            .. SettingFeatures(store, properties, releases, operations, scheduler, apps, triggers, time),
            .. plugins.Features((words, call) => Runner!.RunBuiltInAsync(words, call)),
            new ReportFeature(apps, plugins.Listing, plugins.Triggers, () => Commands!.Features, inDaemon),
            .. LocalCommands.All,
        ]);
        Commands.Hidden = CompletionCommand.For(Commands, new CompletionSources(apps, domains, config));
        _runnerOf = table => new CommandRunner(
            table,
            plugins.Triggers,
            plugins.Commands,
            inDaemon,
            ControlSocket.FileOf(roots),
            inDaemon ? Honour : static _ => { },
            logs.CreateLogger<CommandRunner>());
        Runner = RunnerOf(Commands);
    }

    public AppCatalog Apps { get; }

    /// <summary>What is kept of each app over restarts.</summary>
    public KnownApps Known { get; }

    public ContainerTargets Containers { get; }

    public RoutePublisher Routes { get; }

    public DomainStore Domains { get; }

    public ConfigStore Config { get; }

    public CertificateFiles Certificates { get; }

    public ReleaseStore Releases { get; }

    public AppAccounts Accounts { get; }

    public EdgeServer Edge { get; }

    public AppRuntime Runtime { get; }

    public Restoring Restoring { get; }

    public CertificateManager Manager { get; }

    public AutoRenewal AutoRenewal { get; }

    public WaitingWords Waiting { get; }

    public AccountsAhead AccountsAhead { get; }

    public ProxySettings Proxy { get; }

    public RenewalLoop Renewals { get; }

    /// <summary>Sends what happens to certificates to whoever wants it.</summary>
    public NoticeDelivery Notices { get; }

    /// <summary>What plugins source.</summary>
    public CompatibilityFiles Compatibility { get; }

    public CommandTable Commands { get; }

    public CommandRunner Runner { get; }

    /// <summary>A runner of other commands on the same services.</summary>
    public CommandRunner RunnerOf(CommandTable table) => _runnerOf(table);

    /// <summary>Features that keep what users set, for the schedulers that can honour it.</summary>
    private static IFeature[] SettingFeatures(
        FileStateStore store,
        PropertyStore properties,
        ReleaseStore releases,
        AppOperations operations,
        IScheduler scheduler,
        AppCatalog apps,
        ITriggers triggers,
        TimeProvider time)
    {
        var options = new DockerOptionStore(properties, store);
        var entries = new EntryStore(store);
        return
        [
            new DockerOptionFeature(options, new DeclaredProcesses(releases), apps),
            new StorageFeature(entries, new MountStore(properties, entries, options, apps), new StorageFolders(entries), apps),
            new NetworkFeature(new NetworkStore(store, time), new NetworkSettings(properties), scheduler, apps),
            new ResourceFeature(new ResourceStore(properties), apps),
            new RegistryFeature(properties, new CredentialStore(store), triggers, apps),
            new CronFeature(new CronTasks(releases, properties, new AppJsonSettings(properties), store), properties, triggers, apps),
            new GitFeature(new AppRepository(store), new GitAccess(store), properties, store, apps),
            new RepoFeature(store, apps),
            new CleanupFeature(releases, operations, apps),
        ];
    }

    /// <summary>A hand edit of an app's files counts at the next command that names the app.</summary>
    private void Honour(string word)
    {
        if (AppName.TryParse(word, out var app) && Apps.Exists(app))
        {
            Routes.Publish(app);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        _dns.Dispose();
        Notices.Dispose();
        _docker.Dispose();
        await Edge.DisposeAsync();
        _watch?.Dispose();
    }

    // A caller who may not, or a disk that cannot be written: the daemon does it when it starts, and starts without where it cannot.
    private static void FinishWhatWasCutOff(Action finish, RenewalLog? log)
    {
        try
        {
            finish();
        }
        catch (ProblemException e)
        {
            log?.NotFinished(e.Problem);
        }
    }

    public static LogSettings LogSettingsOf(StateRoots roots)
    {
        var settings = new LogsSettings(new PropertyStore(new FileStateStore(roots, TimeProvider.System), TimeProvider.System));
        return new LogSettings { Folder = $"{roots.Lib}/data/logs", OwnLimit = app => settings.MaxSizeOf(app) };
    }
}
