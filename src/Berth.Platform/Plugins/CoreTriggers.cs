using System.Collections.Frozen;

namespace Berth.Platform.Plugins;

/// <summary>The triggers Berth itself fires, and those it answers when a plugin fires them (<c>plugn trigger proxy-build-config app</c>).</summary>
public static class CoreTriggers
{
    /// <summary>Fired by built-in commands, in ordinal order.</summary>
    public static IReadOnlyList<string> Fired { get; } =
    [
        "dependencies", "install", "nginx-pre-reload", "post-app-clone", "post-app-clone-setup", "post-app-rename", "post-app-rename-setup",
        "post-certs-remove", "post-certs-update", "post-config-update", "post-create", "post-delete", "post-deploy", "post-domains-update",
        "post-letsencrypt-disabled", "post-letsencrypt-expiring", "post-letsencrypt-failed", "post-letsencrypt-fell-over", "post-letsencrypt-held",
        "post-letsencrypt-issued", "post-letsencrypt-restored", "post-letsencrypt-revoked", "post-letsencrypt-rolled-back",
        "post-proxy-ports-update", "post-stop", "pre-delete", "pre-deploy", "pre-disable-vhost", "pre-enable-vhost", "pre-restore", "pre-start",
        "proxy-build-config", "proxy-clear-config", "proxy-disable", "proxy-enable", "report", "uninstall", "update", "user-auth",
    ];

    // With Dokku the proxy's configuration of the app is built anew after these, and handlers of nginx-pre-reload run before it counts.
    private static readonly FrozenSet<string> Rebuilding =
        FrozenSet.Create(StringComparer.Ordinal, "post-certs-remove", "post-certs-update", "post-domains-update", "post-proxy-ports-update");

    private static readonly FrozenDictionary<string, string[]> Commands = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["app-exists"] = ["apps:exists"],
        ["app-list"] = ["--quiet", "apps:list"],
        ["app-restart"] = ["ps:restart"],
        ["certs-exists"] = ["certs:report", "--ssl-enabled"],
        ["config-export"] = ["config:export"],
        ["config-get"] = ["config:get"],
        ["config-get-global"] = ["config:get", "--global"],
        ["config-unset"] = ["config:unset", "--no-restart"],
        ["proxy-build-config"] = ["proxy:build-config"],
        ["proxy-clear-config"] = ["proxy:clear-config"],
        ["ps-restart"] = ["ps:restart"],
        ["ps-start"] = ["ps:start"],
        ["ps-stop"] = ["ps:stop"],
    }.ToFrozenDictionary();

    /// <returns>The built-in command that does what Dokku's own handler of the trigger does, or null; the trigger's arguments follow it.</returns>
    public static IReadOnlyList<string>? CommandFor(string trigger) => Commands.GetValueOrDefault(trigger);

    /// <returns>Whether what an app answers to has changed, so that handlers of <c>nginx-pre-reload</c> are told.</returns>
    public static bool RebuildsProxy(string trigger) => Rebuilding.Contains(trigger);

    /// <returns>Whether that command fires the trigger for other plugins itself.</returns>
    public static bool IsFiredByCommand(string trigger) => Commands.ContainsKey(trigger) && Fired.Contains(trigger);
}
