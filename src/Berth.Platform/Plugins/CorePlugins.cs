using System.Collections.Frozen;

namespace Berth.Platform.Plugins;

/// <summary>
/// The plugins Dokku brings along, as far as Berth has their features built in: the names scripts find in <c>plugin:list</c>, and the
/// folders whose <c>functions</c> other plugins source.
/// </summary>
public static class CorePlugins
{
    /// <summary>The Dokku release whose plugins these stand for.</summary>
    public const string Version = "0.38.27";

    /// <summary>The name of the one that is third-party with Dokku and built in here.</summary>
    public const string LetsEncrypt = "letsencrypt";

    private static readonly FrozenDictionary<string, string> Descriptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["00_dokku-standard"] = "dokku core standard plugin",
        ["20_events"] = "dokku core events logging plugin",
        ["certs"] = "dokku core certificate management plugin",
        [LetsEncrypt] = "Automated installation of let's encrypt TLS certificates (built in)",
    }.ToFrozenDictionary();

    /// <summary>All of them, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "00_dokku-standard", "20_events", "app-json", "apps", "builder", "builder-dockerfile", "builder-herokuish", "builder-lambda",
        "builder-nixpacks", "builder-pack", "builder-railpack", "buildpacks", "builds", "certs", "checks", "common", "config", "cron",
        "docker-options", "domains", "git", LetsEncrypt, "logs", "network", "nginx-vhosts", "plugin", "ports", "proxy", "ps", "registry",
        "repo", "resource", "scheduler", "scheduler-docker-local", "ssh-keys", "storage", "trace",
    ];

    /// <summary>Names Dokku uses for what Berth has not; nobody else's plugin may take them.</summary>
    private static readonly FrozenSet<string> Reserved = Names.Concat(
    [
        "build-env", "builder-null", "caddy-vhosts", "enter", "haproxy-vhosts", "nginx", "openresty-vhosts", "run", "scheduler-k3s", "scheduler-null",
        "shell", "tags", "tar", "traefik-vhosts",
    ]).ToFrozenSet(StringComparer.Ordinal);

    public static bool Has(string name) => Reserved.Contains(name);

    public static string DescriptionOf(string name) => Descriptions.GetValueOrDefault(name) ?? $"dokku core {name} plugin";

    internal static IEnumerable<Plugin> All => Names.Select(name => new Plugin(name, null, Version, DescriptionOf(name), Enabled: true));
}
