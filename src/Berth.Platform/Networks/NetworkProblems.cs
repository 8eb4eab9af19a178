using Berth.Kernel;

namespace Berth.Platform.Networks;

/// <summary>What can be wrong with networks and an app's part in them.</summary>
public static class NetworkProblems
{
    public static readonly ProblemCode NameMissing = new("network-name-missing", Contract: true);
    public static readonly ProblemCode NameInvalid = new("network-name-invalid", Contract: true);
    public static readonly ProblemCode Unknown = new("network-unknown", Contract: true);
    public static readonly ProblemCode Taken = new("network-taken", Contract: true);
    public static readonly ProblemCode Predefined = new("network-predefined", Contract: true);
    public static readonly ProblemCode InUse = new("network-in-use", Contract: true);
    public static readonly ProblemCode NotConfirmed = new("network-not-confirmed", Contract: true);
    public static readonly ProblemCode AttachInvalid = new("network-attach-invalid", Contract: true);

    internal static Problem NoName() => new(NameMissing, "No network name specified", "Name it: `berth network:create my-network`. `berth network:list` shows those there are.");

    internal static Problem BadName(string name) => new(
        NameInvalid,
        $"Unable to create network: {Printable.Of(name)} includes invalid characters for a network name, only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
        "Use letters, digits, dots, underscores and hyphens, at most 100 of them, with a letter or digit first.");

    internal static Problem NotThere() => new(Unknown, "Network does not exist", "`berth network:list` shows those there are; `berth network:create my-network` makes one.");

    internal static Problem Exists(string name) => new(
        Taken, $"Unable to create network: network with name {Printable.Of(name)} already exists", "Use it as it is, or choose another name.");

    internal static Problem CannotDestroy(string name) => new(
        Predefined, $"Unable to destroy network: {Printable.Of(name)} is a pre-defined network and cannot be removed", "It is part of every server; there is nothing to do.");

    internal static Problem StillUsed(string name, IEnumerable<string> scopes) => new(
        InUse,
        $"Unable to destroy network: network {Printable.Of(name)} is set for {string.Join(", ", scopes)}",
        "Unset it there first: `berth network:set my-app attach-post-create`.");

    internal static Problem Unconfirmed(string name) => new(
        NotConfirmed, $"Confirmation did not match {Printable.Of(name)}. Aborted.", "Type the name, or put --force behind it. Nothing was removed.");

    internal static Problem CannotAttach(string name) => new(
        AttachInvalid, $"Invalid network name specified for attach: {Printable.Of(name)}", "Use a network made with `berth network:create`; every process is on the host's own already.");

    internal static Problem AttachedAlready(string name) => new(
        AttachInvalid, $"Network name already associated with this app: {Printable.Of(name)}", "An app joins a network once: after its creation or after its deploy. Unset the other first.");
}
