using Berth.Kernel;

namespace Berth.Platform.Git;

/// <summary>What can be wrong with apps' repositories and what it takes to fetch others'.</summary>
public static class GitProblems
{
    public static readonly ProblemCode HostMissing = new("git-host-missing", Contract: true);
    public static readonly ProblemCode HostInvalid = new("git-host-invalid");
    public static readonly ProblemCode HostUnreachable = new("git-host-unreachable");
    public static readonly ProblemCode PasswordMissing = new("git-password-missing", Contract: true);
    public static readonly ProblemCode CredentialInvalid = new("git-credential-invalid");
    public static readonly ProblemCode DeployKeyMissing = new("git-deploy-key-missing", Contract: true);
    public static readonly ProblemCode DeployKeyExists = new("git-deploy-key-exists");
    public static readonly ProblemCode BranchInvalid = new("git-branch-invalid");
    public static readonly ProblemCode ProgramMissing = new("git-program-missing");
    public static readonly ProblemCode ProgramFailed = new("git-program-failed");

    internal static Problem NoHost() => new(HostMissing, "Please supply a git host", "Name the server: `berth git:allow-host github.com`.");

    internal static Problem BadHost(string host) => new(
        HostInvalid, $"'{Printable.Of(host, 100)}' is no host's name.", "Give the name alone, without a scheme, a user or a path: github.com.");

    internal static Problem Unreachable(string host, string reason) => new(
        HostUnreachable,
        $"No SSH keys could be had from {host}: {Printable.Of(reason)}",
        "Check the name, and that this server may connect to port 22 there. Nothing was changed.");

    internal static Problem NoPassword() => new(
        PasswordMissing, "Missing password for netrc auth entry", "Give both, or neither to remove the entry: `berth git:auth github.com my-user my-token`.");

    internal static Problem BadCredential() => new(
        CredentialInvalid, "A user name or password with a space, a quote or a control character fits no netrc file.", "Use an access token of the git server instead.");

    internal static Problem NoDeployKey() => new(
        DeployKeyMissing,
        "There is no deploy key associated with the dokku user.\nGenerate one with: git:generate-deploy-key\nAs an alternative, configure the netrc authentication via the git:auth command",
        "Make one with `berth git:generate-deploy-key`, or use a password with `berth git:auth github.com my-user my-token`.");

    internal static Problem KeyExists(string file) => new(
        DeployKeyExists, $"There is a deploy key already: {file}", "Show its public half with `berth git:public-key`. To replace it, move both files away first.");

    internal static Problem BadBranch(string branch) => new(
        BranchInvalid, $"'{Printable.Of(branch, 100)}' is no branch's name.", "Give a name git allows: letters, digits, slashes, dots, hyphens and underscores; main, for example.");

    internal static Problem NoProgram(string program) => new(
        ProgramMissing, $"The program {program} is not installed.", "Install it: `sudo apt install git openssh-client`.");

    internal static Problem Failed(string program, string reason) => new(
        ProgramFailed, $"{program} failed: {Printable.Of(reason)}", "What it says is its own; mend that and run the command again.");
}
