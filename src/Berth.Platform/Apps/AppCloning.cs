using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.Config;
using Berth.Platform.Domains;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>
/// Makes a second app with everything the first one was given, except what can only belong to one: domains, certificate, account. The
/// new app's folder appears last and whole; a cloning that was cut off has left no app.
/// </summary>
public sealed class AppCloning(AppCatalog apps, ConfigStore config, DomainStore domains, ReleaseStore releases, IStateStore store)
{
    // Below the app's own folder: what belongs to the first app alone, and what its containers and proxies left there.
    private static readonly string[] NotCloned = ["VHOST", "URLS", "ENV", "tls", "letsencrypt", ".deploy.lock", "nginx.conf"];
    private static readonly string[] NotClonedPrefixes = ["CONTAINER", "IP.", "PORT."];

    // Properties that say what is, rather than what was asked for.
    private static readonly (string Feature, string Key)[] NotSettings =
        [("apps", "created-at"), ("common", "deployed"), ("ps", "account"), ("ps", "restore"), ("ps", "stopped")];

    /// <summary>Clones what was set. The caller holds both names' locks.</summary>
    /// <returns>The lines of the new app's VHOST file; none when it has no domains.</returns>
    public IReadOnlyList<string> Run(AppName from, AppName to, CancellationToken cancel)
    {
        apps.RefuseTaken(to);
        apps.Forget(to);

        // Written first: what a daemon that is killed leaves behind is found by it, secrets above all.
        store.Write(Journal(to), from.Text);
        try
        {
            return RunWritten(from, to, cancel);
        }
        catch (Exception e) when (e is ProblemException or OperationCanceledException)
        {
            TakeBack(to);
            throw;
        }
    }

    /// <summary>Removes what clonings left behind that were cut off.</summary>
    public void SweepAll() => AppJournals.ForEach(store, Journals, Sweep);

    private void TakeBack(AppName to)
    {
        try
        {
            Sweep(to);
        }
        catch (ProblemException)
        {
            // What cannot be removed now goes when the daemon starts; why the cloning failed is what its owner is told.
        }
    }

    private void Sweep(AppName to)
    {
        if (!store.Exists(AppCatalog.FolderOf(to)))
        {
            apps.Forget(to);
            store.Delete(Staged(to));
        }

        store.Delete(Journal(to));
    }

    private IReadOnlyList<string> RunWritten(AppName from, AppName to, CancellationToken cancel)
    {
        var names = CloneConfig(from, to);
        CloneProperties(from, to, cancel);
        DropHttpsMapping(to);
        apps.RecordCreation(to);

        var staged = Staged(to);
        store.Delete(staged);
        TreeCopy.Run(
            store.FileOf(AppCatalog.FolderOf(from)),
            store.FileOf(staged),
            name => NotCloned.Contains(name) || NotClonedPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)),
            cancel);
        if (names.Count > 0)
        {
            store.Write(staged.Slash("VHOST"), string.Concat(names.Select(name => name + "\n")), AtomicFile.PublicRead);
        }

        PrivateFolder.SyncTree(store.FileOf(staged));
        store.Move(staged, AppCatalog.FolderOf(to));
        store.Delete(Journal(to));
        return names;
    }

    /// <summary>Gives the new app a release of its own, a copy of the one the first app runs.</summary>
    /// <returns>The release, which nothing points to yet; null when the first app was never deployed.</returns>
    public string? CloneRelease(AppName from, AppName to, CancellationToken cancel)
    {
        if (releases.Current(from) is not { } release)
        {
            return null;
        }

        var target = releases.FolderOf(to, release);
        PrivateFolder.Ensure(Path.GetDirectoryName(target)!, PrivateFolder.PublicRead);
        TreeCopy.Run(releases.FolderOf(from, release), target, static _ => false, cancel);
        PrivateFolder.SyncTree(target);
        return release;
    }

    private static StatePath Staged(AppName to) => StatePath.Home($".clone-{to}");

    private static StatePath Journals { get; } = StatePath.Lib("data", "apps", "--global", "cloning");

    private static StatePath Journal(AppName to) => Journals.Slash(to.Text);

    private IReadOnlyList<string> CloneConfig(AppName from, AppName to)
    {
        var values = config.Read(from);
        var names = values.GetValueOrDefault(DomainStore.Disabled) == "1" ? [] : domains.DefaultsFor(to);
        config.Put(to, names.Count > 0 ? values : values.SetItem(DomainStore.Disabled, "1"));
        return names;
    }

    private void CloneProperties(AppName from, AppName to, CancellationToken cancel)
    {
        foreach (var feature in store.List(StatePath.Lib("config")).Where(name => !name.StartsWith('-')))
        {
            var folder = StatePath.Lib("config", feature, from.Text);
            if (Directory.Exists(store.FileOf(folder)))
            {
                TreeCopy.Run(
                    store.FileOf(folder), store.FileOf(StatePath.Lib("config", feature, to.Text)), name => NotSettings.Contains((feature, name)), cancel);
            }
        }
    }

    // Without a certificate there is nothing to answer with; it comes back with the certificate.
    private void DropHttpsMapping(AppName to)
    {
        var path = StatePath.Lib("config", "ports", to.Text, "map");
        if (store.Read(path) is { } map)
        {
            store.Write(path, string.Concat(map.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.Trim().StartsWith("https:443:", StringComparison.Ordinal))
                .Select(line => line + "\n")));
        }
    }
}
