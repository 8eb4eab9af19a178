namespace Berth.Platform.SshKeys;

/// <summary>
/// A line of <c>authorized_keys</c> that lets its key run commands here and nothing else. Name and fingerprint stand in the forced command,
/// where tools for Dokku look for them.
/// </summary>
/// <param name="Name">What the key is known by.</param>
/// <param name="Fingerprint">As <c>ssh-keygen -l</c> prints it.</param>
/// <param name="Options">The options behind the forced command, as written.</param>
/// <param name="Key">Type, base64 and comment.</param>
public sealed record AuthorizedKey(string Name, string Fingerprint, string Options, string Key)
{
    /// <summary>What a key may not do, in the words that listings show.</summary>
    public const string Restrictions = "no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding";

    // All that a later OpenSSH may yet learn to forbid, but for the terminal that `enter` and `run` use.
    private const string Closed = ",restrict,pty";

    private const string Head = "command=\"FINGERPRINT=";
    private const string NameMark = " NAME=";

    public static AuthorizedKey Of(SshKeyName name, SshPublicKey key) => new(name.Text, key.Fingerprint, Restrictions + Closed, key.Line);

    /// <summary>The options as listings show them: what every key of ours has besides is left out.</summary>
    public string ShownOptions => Options.EndsWith(Closed, StringComparison.Ordinal) ? Options[..^Closed.Length] : Options;

    /// <param name="sshCommand">The file that names the program the key may run.</param>
    public string Format(string sshCommand) =>
        $"{Head}{Fingerprint}{NameMark}\\\"{Name}\\\" `cat {sshCommand}` $SSH_ORIGINAL_COMMAND\",{Options} {Key}";

    /// <returns>The key, or null for a line that Dokku or Berth did not write: a comment, a key with a shell.</returns>
    public static AuthorizedKey? TryParse(string line)
    {
        var start = line.IndexOf(Head, StringComparison.Ordinal);
        var end = start < 0 ? -1 : EndOfQuotes(line, start + "command=\"".Length);
        if (end < 0)
        {
            return null;
        }

        var command = line[(start + Head.Length)..end];
        var mark = command.IndexOf(NameMark, StringComparison.Ordinal);
        var behind = line[(end + 1)..].TrimStart(',');
        var gap = behind.IndexOf(' ', StringComparison.Ordinal);
        if (mark <= 0 || command[..mark].Contains(' ', StringComparison.Ordinal) || gap < 0 || SshPublicKey.TryParse(behind[gap..]) is not { } key)
        {
            return null;
        }

        return new AuthorizedKey(NameIn(command[(mark + NameMark.Length)..]), command[..mark], line[..start] + behind[..gap], key.Line);
    }

    /// <summary>Quoted as it is written today; bare, up to the program, as the first sshcommand wrote it.</summary>
    private static string NameIn(string command)
    {
        if (command.StartsWith("\\\"", StringComparison.Ordinal) && command.IndexOf("\\\"", 2, StringComparison.Ordinal) is > 0 and var end)
        {
            return command[2..end];
        }

        var program = command.IndexOf(" `", StringComparison.Ordinal);
        return program < 0 ? command.Split(' ')[0] : command[..program];
    }

    private static int EndOfQuotes(string line, int from)
    {
        for (var i = from; i < line.Length; i++)
        {
            if (line[i] == '"' && line[i - 1] != '\\')
            {
                return i;
            }
        }

        return -1;
    }
}
