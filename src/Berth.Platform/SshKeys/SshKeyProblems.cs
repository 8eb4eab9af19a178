using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.SshKeys;

/// <summary>What can be wrong with the keys that may log in, and with what they ask for.</summary>
public static class SshKeyProblems
{
    public static readonly ProblemCode KeyNotGiven = new("ssh-key-not-given", Contract: true);
    public static readonly ProblemCode KeyInvalid = new("ssh-key-invalid", Contract: true);
    public static readonly ProblemCode KeysTooMany = new("ssh-keys-too-many", Contract: true);
    public static readonly ProblemCode KeyNameMissing = new("ssh-key-name-missing", Contract: true);
    public static readonly ProblemCode KeyNameInvalid = new("ssh-key-name-invalid");
    public static readonly ProblemCode KeyNameTaken = new("ssh-key-name-taken", Contract: true);
    public static readonly ProblemCode KeyDuplicate = new("ssh-key-duplicate", Contract: true);
    public static readonly ProblemCode KeysNone = new("ssh-keys-none", Contract: true);
    public static readonly ProblemCode KeyFormatInvalid = new("ssh-key-format-invalid", Contract: true);
    public static readonly ProblemCode RootUnfit = new("ssh-root-unsuitable");
    public static readonly ProblemCode CommandUnreadable = new("ssh-command-unreadable");
    public static readonly ProblemCode CommandForbidden = new("ssh-command-forbidden");
    public static readonly ProblemCode PushNotBuilt = new("git-push-not-built");
    public static readonly ProblemCode RepositoryMissing = new("git-repository-missing");

    // What follows a failed sshcommand, which scripts see as the last line.
    private static readonly ImmutableArray<string> Aftermath = ["sshcommand returned an error: 1"];

    private const string HowToAdd = "Pipe one in, `cat id_ed25519.pub | berth ssh-keys:add alice`, or name its file: `berth ssh-keys:add alice id_ed25519.pub`.";

    internal static Problem NotGiven() => new(KeyNotGiven, "No key specified via file or pipe", HowToAdd);

    internal static Problem Empty() => new(KeyNotGiven, "Empty key was specified", HowToAdd);

    internal static Problem FileUnreadable(string path, string reason) => new(
        KeyNotGiven, $"Cannot read {Printable.Of(path)}: {Printable.Of(reason)}", HowToAdd);

    public static Problem Invalid() => new(
        KeyInvalid,
        "Key specified in is not a valid ssh public key",
        "Give the public half, one line that begins with ssh-ed25519, ssh-rsa or ecdsa-sha2: the file that ends in .pub.");

    internal static Problem TooMany() => new(
        KeysTooMany,
        "Too many keys provided, set one per invocation of dokku ssh-keys:add <NAME> <KEY_FILE>",
        "Add each with a name of its own, one command a key.");

    internal static Problem NameMissing() => new(
        KeyNameMissing, "A name is required to add a key, ie: dokku ssh-keys:add <name>", "Name the key's owner: `berth ssh-keys:add alice id_ed25519.pub`.");

    internal static Problem NameToRemoveMissing() => new(
        KeyNameMissing, "A name is required to remove a key, ie: dokku ssh-keys:remove <name>", "`berth ssh-keys:list` shows the names and fingerprints.");

    internal static Problem InvalidName(string text) => new(
        KeyNameInvalid,
        $"'{Printable.Of(text)}' cannot be a key's name: letters, digits, spaces and - _ . @ + : / = only, at most 100, no dash in front.",
        "Choose a name such as alice or alice@laptop.");

    internal static Problem NameTaken(string name) => new(
        KeyNameTaken, "Duplicate ssh key name", $"Choose another name, or take the old key away first: `berth ssh-keys:remove \"{name}\"`.")
    {
        Details = Aftermath,
    };

    internal static Problem KeyTaken(string? name) => new(
        KeyDuplicate,
        "Duplicate ssh public key specified",
        name is null ? "The key is in authorized_keys already, without a name: take that line out by hand." : $"It is there already, as {Printable.Of(name)}.")
    {
        Details = Aftermath,
    };

    internal static Problem None() => new(KeysNone, "authorized_keys is empty for dokku", HowToAdd)
    {
        Details = ["No public keys found."],
    };

    internal static Problem InvalidFormat() => new(
        KeyFormatInvalid, "Invalid output format specified, supported formats: json, text", "Use --format json or --format text.");

    internal static Problem RootUnsuitable(string path) => new(
        RootUnfit,
        $"{Printable.Of(path)} cannot stand in a forced command: a login shell would read it as more than a path.",
        "Use a DOKKU_ROOT of letters, digits, dots, dashes and underscores.");

    /// <param name="command">What the client sent.</param>
    /// <param name="reason">What keeps it from being read as words.</param>
    public static Problem Unreadable(string command, string reason) => new(
        CommandUnreadable,
        $"The command sent over SSH cannot be read as words ({reason}): {Printable.Of(command)}",
        "Put quotes in pairs, and quotes that are meant literally behind a backslash.");

    /// <param name="word">The word that is not to be had over SSH.</param>
    public static Problem Forbidden(string word) => new(
        CommandForbidden,
        $"{Printable.Of(word)} is not to be had over SSH as user dokku.",
        "Log in as an administrator and run it there.");

    /// <param name="app">The app pushed to.</param>
    public static Problem NoPush(string app) => new(
        PushNotBuilt,
        $"Berth cannot take a push for {Printable.Of(app)} yet: building from git is not part of this version.",
        "Send the folder instead: `git archive HEAD | ssh dokku@host deploy app`. Nothing was changed.");

    /// <param name="app">The app asked for.</param>
    public static Problem NoRepository(string app) => new(
        RepositoryMissing,
        $"{Printable.Of(app)} has no git repository here.",
        "It was never pushed with git; deploy it the way it was deployed before.");
}
