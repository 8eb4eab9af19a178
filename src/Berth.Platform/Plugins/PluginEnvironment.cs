using System.Globalization;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Events;

namespace Berth.Platform.Plugins;

/// <summary>What plugin programs find in their environment: the contract's variables and nothing of the daemon's own.</summary>
public sealed class PluginEnvironment(PluginFolders folders, DokkuRc settings, string eventLog, string? socket)
{
    /// <summary>Tells the program that a plugin calls it: then it was allowed already.</summary>
    public const string Nested = "BERTH_WITHIN_PLUGIN";

    /// <summary>Hands on which operations on apps a plugin's program is a part of, so that a command it calls does not wait for them.</summary>
    public const string Operations = "BERTH_WITHIN_OPERATIONS";

    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private const string Labels = "--label=org.label-schema.schema-version=1.0 --label=org.label-schema.vendor=dokku --label=dokku";

    private static readonly Lazy<string> Distribution = new(ReadDistribution);

    /// <param name="caller">Who called the command.</param>
    /// <param name="account">The account the program runs under; null for ours.</param>
    public Dictionary<string, string> For(Caller caller, string? account)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in settings.Exports())
        {
            values[name] = value;
        }

        AddPlaces(values);
        AddConstants(values);
        AddCaller(values, caller);
        var user = account ?? Environment.UserName;
        values["USER"] = values["LOGNAME"] = user;
        values["HOME"] = account is null ? Environment.GetEnvironmentVariable("HOME") ?? folders.Roots.Home : folders.Roots.Home;
        return values;
    }

    /// <returns>Who stands behind the call, by name.</returns>
    internal static string UserOf(Caller caller) => caller.SshUser.Length > 0 ? caller.SshUser : AccountName.OrNumber(caller.UserId);

    private void AddPlaces(Dictionary<string, string> values)
    {
        values["PATH"] = $"{folders.Programs}:{SystemPath}:{folders.StandIns}";
        values["DOKKU_ROOT"] = values["DOKKU_HOST_ROOT"] = folders.Roots.Home;
        values["DOKKU_LIB_ROOT"] = values["DOKKU_LIB_PATH"] = folders.Roots.Lib;
        values["PLUGIN_PATH"] = folders.Seen;
        values["PLUGIN_AVAILABLE_PATH"] = $"{folders.Seen}/available";
        values["PLUGIN_ENABLED_PATH"] = $"{folders.Seen}/enabled";
        values["PLUGIN_CORE_PATH"] = folders.Core;
        values["PLUGIN_CORE_AVAILABLE_PATH"] = folders.CoreAvailable;
        values["PLUGIN_CORE_ENABLED_PATH"] = folders.CoreEnabled;
        values["DOKKU_EVENTS_LOGFILE"] = eventLog;
        values["DOKKU_LOGS_DIR"] = Path.GetDirectoryName(eventLog)!;
        if (socket is not null)
        {
            values["BERTH_SOCKET"] = socket;
        }
    }

    private static void AddConstants(Dictionary<string, string> values)
    {
        values.TryAdd("DOCKER_BIN", "docker");
        values.TryAdd("DOKKU_IMAGE", "gliderlabs/herokuish:latest");
        values["DOKKU_API_VERSION"] = "1";
        values["DOKKU_NOT_IMPLEMENTED_EXIT"] = PluginCommands.NotMine.ToString(CultureInfo.InvariantCulture);
        values["DOKKU_VALID_EXIT"] = "0";
        values["DOKKU_DISTRO"] = Distribution.Value;
        values["DOKKU_PID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        values["DOKKU_SYSTEM_USER"] = values["DOKKU_SYSTEM_GROUP"] = "dokku";
        values["DOKKU_CONTAINER_LABEL"] = "dokku";
        values["DOKKU_GLOBAL_BUILD_ARGS"] = values["DOKKU_GLOBAL_RUN_ARGS"] = Labels;
        values["LANG"] = "C.UTF-8";
        values[Nested] = "1";
    }

    private static void AddCaller(Dictionary<string, string> values, Caller caller)
    {
        values["SSH_USER"] = UserOf(caller);
        values["SSH_NAME"] = caller.KeyName;
        if (caller.SshName.Length > 0)
        {
            // Plugins that guard what only this machine's own users may do look whether it is there.
            values["NAME"] = caller.SshName;
        }

        values["TERM"] = caller is { OutputIsTerminal: true, Coloured: true } ? "xterm" : "dumb";
        if (caller.Operations.Count > 0)
        {
            values[Operations] = string.Join(' ', caller.Operations);
        }

        Switch("DOKKU_QUIET_OUTPUT", caller.Quiet);
        Switch("DOKKU_APPS_FORCE_DELETE", caller.Force);
        Switch("DOKKU_TRACE", caller.Trace);
        if (caller.App is { } app)
        {
            values["DOKKU_APP_NAME"] = app;
        }

        void Switch(string name, bool on)
        {
            if (on)
            {
                values[name] = "1";
            }
        }
    }

    private static string ReadDistribution()
    {
        try
        {
            return PlainFile.Read("/etc/os-release") is { } text && EnvironmentFile.Parse(text).TryGetValue("ID", out var id) ? id : "linux";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "linux";
        }
    }
}
