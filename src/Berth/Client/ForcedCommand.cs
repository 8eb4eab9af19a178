using Berth.Commands;
using Berth.Platform.SshKeys;

namespace Berth.Client;

/// <summary>
/// Called by sshd for a key of <c>authorized_keys</c>: the key's line sets NAME and FINGERPRINT, the client's words are in
/// SSH_ORIGINAL_COMMAND. What the login shell made of them on the way here is not looked at.
/// </summary>
internal static class ForcedCommand
{
    private const string Original = "SSH_ORIGINAL_COMMAND";

    // What starts something, changes the machine, or is meant for this program itself.
    private static readonly string[] NotOverSsh = ["serve", "ca", "install", "uninstall"];

    /// <summary>The name of the key, or null when no key brought us here.</summary>
    public static string? KeyName { get; } = Variable("FINGERPRINT") is { } print && print.Contains(':', StringComparison.Ordinal)
        ? Variable("NAME")
        : null;

    /// <returns>The client's words, or null when sshd did not call.</returns>
    /// <param name="args">The words behind the program's name: what is left when the client sent none.</param>
    /// <exception cref="Kernel.ProblemException">They cannot be read, or are not to be had over SSH.</exception>
    public static string[]? WordsOf(string[] args)
    {
        if (KeyName is null)
        {
            return null;
        }

        string[] words = Variable(Original) is { } line ? [.. RemoteWords.Split(line)] : args;
        // Programs started from here must not take the client's line for their own.
        Environment.SetEnvironmentVariable(Original, null);

        // Typed out of habit: ssh dokku@host dokku apps:list.
        words = words is ["dokku", ..] ? words[1..] : words;
        var asked = GlobalWords.Strip(words).WordsWithApp;
        var name = asked is [var command, ..] ? command : "";
        return NotOverSsh.Contains(name) || name.StartsWith("__", StringComparison.Ordinal) || asked is ["deploy", _, _, ..]
            ? throw SshKeyProblems.Forbidden(name == "deploy" ? "deploy with a folder of this machine" : name).AsException()
            : words;
    }

    /// <summary>The contract's SSH_USER: who stands behind the call; empty when it is the account itself.</summary>
    public static string UserName(bool isRoot) =>
        KeyName is not null ? ""
        : Variable("SUDO_USER") is { } caller && !isRoot ? caller
        : Variable("SSH_USER") ?? "";

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
