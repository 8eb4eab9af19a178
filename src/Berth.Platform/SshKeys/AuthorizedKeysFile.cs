using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.SshKeys;

/// <summary>
/// The keys that may log in as user <c>dokku</c>: <c>DOKKU_ROOT/.ssh/authorized_keys</c>, 0600 in a folder 0700. Lines of others, comments
/// and blank lines stay as they are.
/// </summary>
public sealed class AuthorizedKeysFile(IStateStore store)
{
    private const string Scope = "--ssh-keys";

    private static StatePath Keys { get; } = StatePath.Home(".ssh", "authorized_keys");

    private static StatePath Program { get; } = StatePath.Home(".sshcommand");

    /// <summary>The keys with a name; empty when there is no file.</summary>
    public IReadOnlyList<AuthorizedKey> Read() => [.. Lines().Select(AuthorizedKey.TryParse).OfType<AuthorizedKey>()];

    /// <summary>Adds a key.</summary>
    /// <exception cref="ProblemException">The name or the key is there already.</exception>
    public async Task AddAsync(AuthorizedKey key, CancellationToken cancel)
    {
        using var held = await store.LockAsync(Scope, cancel);
        var lines = Lines();
        var present = lines.Select(AuthorizedKey.TryParse).OfType<AuthorizedKey>().ToArray();
        if (present.Any(other => other.Name == key.Name))
        {
            throw SshKeyProblems.NameTaken(key.Name).AsException();
        }

        if (lines.Select(SshPublicKey.TryParse).OfType<SshPublicKey>().FirstOrDefault(other => other.Fingerprint == key.Fingerprint) is not null)
        {
            throw SshKeyProblems.KeyTaken(present.FirstOrDefault(other => other.Fingerprint == key.Fingerprint)?.Name).AsException();
        }

        EnsureProgram();
        Write([.. lines, key.Format(SafePath(store.FileOf(Program)))]);
    }

    /// <returns>How many lines went.</returns>
    public async Task<int> RemoveAsync(Func<AuthorizedKey, bool> which, CancellationToken cancel)
    {
        using var held = await store.LockAsync(Scope, cancel);
        var lines = Lines();
        string[] kept = [.. lines.Where(line => AuthorizedKey.TryParse(line) is not { } key || !which(key))];
        if (kept.Length < lines.Length)
        {
            Write(kept);
        }

        return lines.Length - kept.Length;
    }

    private string[] Lines() => store.Read(Keys) is { Length: > 0 } text ? text.TrimEnd('\n').Split('\n') : [];

    private void Write(string[] lines)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(store.FileOf(Keys))!);
        store.Write(Keys, string.Concat(lines.Select(line => line + "\n")));
    }

    /// <summary>The forced commands name a file, not the program, so that the program can move without touching anybody's key.</summary>
    private void EnsureProgram()
    {
        if (store.Read(Program) is null)
        {
            store.Write(Program, Environment.ProcessPath + "\n", AtomicFile.PublicRead);
        }
    }

    // A login shell reads the path; one with a space or a quote in it would be read as something else.
    private static string SafePath(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-') ? path : throw SshKeyProblems.RootUnsuitable(path).AsException();
}
