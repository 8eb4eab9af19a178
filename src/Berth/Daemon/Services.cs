using Berth.Client;
using Berth.Commands;
using Berth.Control;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.Certs;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Plugins;
using Berth.Platform.Processes;
using Berth.Platform.Properties;
using Berth.Platform.Routing;
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
        var random = new Random();
        var store = new FileStateStore(roots, time);
        var config = new ConfigStore(store, time);
        var properties = new PropertyStore(store, time);
        var apps = new AppCatalog(store, time);
        var domains = new DomainStore(store, config, time);
        var certificates = new CertificateFiles(store, time);
        var releases = new ReleaseStore(store, time);
        var triggers = new NoTriggers();
        var renaming = new AppRenaming(store);
        renaming.FinishAll();
        Edge = new EdgeServer(edgeOptions, time, logs);
        var routes = new RoutePublisher(apps, domains, certificates, scheduler, Edge);
        Accounts = new AppAccounts(store, properties, apps);
        Runtime = new AppRuntime(apps, releases, config, properties, store, Accounts, scheduler, routes, Edge);
        var settings = new LetsEncryptSettingsStore(properties, config);
        _clients = new AcmeClients(
            store, authority, Environment.GetEnvironmentVariable("LEGO_CA_CERTIFICATES"), FailPoints.Hook, time);
        Lineages = new LineageFiles(store, certificates, time);
        Manager = new CertificateManager(
            apps, new CertificatePlanner(domains, settings, _clients), _clients, Lineages, certificates, settings, Edge, routes, new ChallengePort(store), new RetryLadder(random), time);
        var renewal = new AutoRenewal(properties, store);
        Renewals = new RenewalLoop(apps, routes, Manager, renewal, new RenewalLog(logs), time);
        (Apps, Routes, Domains, Certificates, Releases) = (apps, routes, domains, certificates, releases);
        var changes = new LiveChanges(routes, Renewals);
        var setup = new DomainSetup(domains, config);
        var deployLock = new DeployLock(store);
        var transfer = new AppTransfer(
            apps, renaming, new AppCloning(apps, config, domains, releases, store), releases, properties, Runtime,
            inDaemon ? Runtime : null, Manager, changes, triggers, store);
        Commands = new CommandTable(
        [
            new AppFeature(apps, setup, transfer, deployLock, properties, Runtime, Manager, changes, triggers, store),
            new ConfigFeature(config, apps, inDaemon ? Runtime : new NothingToRestart(Runtime), triggers),
            new DomainFeature(domains, setup, config, apps, changes, triggers),
            new CertificateFeature(certificates, apps, store),
            new LetsEncryptFeature(
                Manager, new LetsEncryptReport(settings, renewal, Manager, properties, certificates, apps), settings, renewal, Lineages,
                properties, certificates, apps, triggers, time),
            new PsFeature(Runtime, apps),
            new LogsFeature(new LogReader(LogSettingsOf(roots), time), apps),
            new DeployFeature(Runtime, releases, apps, deployLock),
            .. LocalCommands.All,
        ]);
        Runner = new CommandRunner(Commands, inDaemon, ControlSocket.FileOf(roots), inDaemon ? Honour : static _ => { }, logs.CreateLogger<CommandRunner>());
    }

    public AppCatalog Apps { get; }

    public RoutePublisher Routes { get; }

    public DomainStore Domains { get; }

    public CertificateFiles Certificates { get; }

    public ReleaseStore Releases { get; }

    public AppAccounts Accounts { get; }

    public EdgeServer Edge { get; }

    public AppRuntime Runtime { get; }

    public LineageFiles Lineages { get; }

    public CertificateManager Manager { get; }

    public RenewalLoop Renewals { get; }

    public CommandTable Commands { get; }

    public CommandRunner Runner { get; }

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
        await Edge.DisposeAsync();
    }

    public static LogSettings LogSettingsOf(StateRoots roots) => new() { Folder = $"{roots.Lib}/data/logs" };
}
