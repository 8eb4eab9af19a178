using System.Globalization;
using Berth.Kernel;

namespace Berth.Platform.Plugins;

/// <summary>What can be wrong with plugins.</summary>
public static class PluginProblems
{
    public static readonly ProblemCode NameInvalid = new("plugin-name-invalid", Contract: true);
    public static readonly ProblemCode NotNamed = new("plugin-not-named", Contract: true);
    public static readonly ProblemCode IsCore = new("plugin-is-core", Contract: true);
    public static readonly ProblemCode NotInstalled = new("plugin-not-installed", Contract: true);
    public static readonly ProblemCode EnabledAlready = new("plugin-enabled-already", Contract: true);
    public static readonly ProblemCode DisabledAlready = new("plugin-disabled-already", Contract: true);
    public static readonly ProblemCode Exists = new("plugin-exists");
    public static readonly ProblemCode SourceInvalid = new("plugin-source-invalid");
    public static readonly ProblemCode FetchFailed = new("plugin-fetch-failed");
    public static readonly ProblemCode ManifestInvalid = new("plugin-manifest-invalid");
    public static readonly ProblemCode CommittishInvalid = new("plugin-committish-invalid");
    public static readonly ProblemCode TriggerInvalid = new("plugin-trigger-invalid");
    public static readonly ProblemCode TriggerFailed = new("plugin-trigger-failed", Contract: true);
    public static readonly ProblemCode NotStarted = new("plugin-not-started");
    public static readonly ProblemCode AccountMissing = new("plugin-account-missing");
    public static readonly ProblemCode AccessDenied = new("plugin-access-denied", Contract: true);
    public static readonly ProblemCode FolderUnreadable = new("plugin-folder-unreadable");
    public static readonly ProblemCode TemplateInvalid = new("plugin-template-invalid");
    public static readonly ProblemCode FormatUnknown = new("plugin-format-unknown", Contract: true);

    internal static Problem InvalidName(string text) => new(
        NameInvalid,
        "Invalid plugin name specified",
        $"'{Printable.Of(text)}' cannot be a plugin's name: use letters, digits, '_', '-' and '.'; `berth plugin:list` shows those there are.");

    internal static Problem Unnamed(string action) => new(
        NotNamed, $"Please specify a plugin to {action}", "Put its name after the command; `berth plugin:list` shows those there are.");

    internal static Problem Core(string action, string name) => new(
        IsCore, $"Cannot {action} a core plugin", $"{Printable.Of(name)} is a part of Berth; it comes, goes and is updated with Berth itself.");

    internal static Problem Missing(string found, PluginName name) => new(
        NotInstalled, found, $"Install it with `berth plugin:install <address>`, or see `berth plugin:list`; nothing named {name} was changed.");

    internal static Problem AlreadyEnabled(PluginName name) => new(
        EnabledAlready, "Plugin already enabled", $"Nothing is to be done; `berth plugin:disable {name}` switches it off.");

    internal static Problem AlreadyDisabled(PluginName name) => new(
        DisabledAlready, "Plugin already disabled", $"Nothing is to be done; `berth plugin:enable {name}` switches it on.");

    internal static Problem AlreadyThere(PluginName name, string folder) => new(
        Exists,
        $"Plugin {name} is installed already, in {folder}.",
        $"Update it with `berth plugin:update {name}`, or remove it first with `berth plugin:uninstall {name}`.");

    internal static Problem InvalidSource(string address, string reason) => new(
        SourceInvalid,
        $"'{Printable.Of(address)}' cannot be installed from: {reason}.",
        "Name a git address (https, ssh, git), a folder by its whole path, or a .tar, .tar.gz or .tgz file or address.");

    internal static Problem CannotFetch(string address, string reason) => new(
        FetchFailed,
        $"The plugin at {Printable.Of(address)} could not be fetched: {Printable.Of(reason)}",
        "Check the address and that this machine reaches it; nothing was changed.");

    internal static Problem InvalidManifest(PluginName name, string reason) => new(
        ManifestInvalid,
        $"The {PluginManifest.File} of {name} cannot be used: {reason}.",
        "Every plugin needs one at its top, with [plugin], a version and a description; nothing was changed.");

    internal static Problem InvalidCommittish(string text) => new(
        CommittishInvalid,
        $"'{Printable.Of(text)}' is no branch, tag or commit.",
        "Write it as git shows it, for example --committish 1.2.0.");

    internal static Problem InvalidTrigger(string text) => new(
        TriggerInvalid,
        $"'{Printable.Of(text)}' is no trigger's name.",
        "A trigger is the name of a file in a plugin's folder, for example post-deploy.");

    internal static Problem Failed(string plugin, string trigger, int status) => new(
        TriggerFailed with { ExitStatus = Math.Clamp(status, 1, 255) },
        string.Create(CultureInfo.InvariantCulture, $"The {trigger} handler of the plugin {plugin} ended with status {status}"),
        $"What it printed says why. `berth plugin:disable {plugin}` takes the plugin out of the way.");

    internal static Problem TooSlow(string trigger, TimeSpan limit) => new(
        TriggerFailed,
        $"The {trigger} handlers of plugins had not ended after {limit.TotalMinutes:0} minutes, and were ended",
        "`berth plugin:list` shows the plugins; find out which of them waits for something that does not come.");

    internal static Problem CannotStart(string program, string reason) => new(
        NotStarted,
        $"{program} cannot be started: {Printable.Of(reason)}",
        "Check that it is executable, and that its first line names a program this machine has (#!/usr/bin/env bash).");

    internal static Problem NoAccount(string home, uint owner) => new(
        AccountMissing,
        owner == 0
            ? $"Plugins run as the owner of {home}, which is root, and you are not."
            : string.Create(CultureInfo.InvariantCulture, $"Plugins run as the owner of {home}, and the account number {owner} has no name."),
        "Give the folder to the account that is meant to run them, usually dokku, or call the command as root.");

    internal static Problem Denied() => new(
        AccessDenied, "Access denied", "A plugin with a user-auth handler on this server decides who may call what; ask who runs the server.");

    internal static Problem Unreadable(string folder, string reason) => new(
        FolderUnreadable, $"Cannot read the plugins in {folder}: {reason}", "Check the folder's owner and mode.");

    internal static Problem InvalidTemplate(int line, string reason) => new(
        TemplateInvalid,
        string.Create(CultureInfo.InvariantCulture, $"Line {line} of the template cannot be used: {Printable.Of(reason)}."),
        "Berth stands in for the program sigil with a part of its language; install sigil, and plugins use that.");

    internal static Problem UnreadableTemplate(string path, string reason) => new(
        TemplateInvalid, $"The template {Printable.Of(path)} cannot be read: {Printable.Of(reason)}", "Check the path, and that the plugin's account may read it.");

    internal static Problem UnknownFormat() => new(
        FormatUnknown, "Invalid output format specified, supported formats: json, stdout", "Use --format json or --format stdout.");
}
