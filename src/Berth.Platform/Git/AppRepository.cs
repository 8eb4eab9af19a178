using System.Globalization;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Git;

/// <summary>
/// The bare git repository that an app's folder is. It is made by writing the few files that make one: an app is created in
/// milliseconds, also where git is not installed.
/// </summary>
public sealed class AppRepository(IStateStore store)
{
    private const UnixFileMode Runnable = AtomicFile.PublicRead | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const string Config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";

    // Names neither the app nor any user's word: it stays right when the app is cloned or renamed.
    private const string Hook = """
        #!/bin/sh
        # Git runs this in the app's folder with what was pushed on standard input. `git:initialize` writes it anew.
        here=$(pwd -P)
        DOKKU_ROOT=$(dirname "$here")
        export DOKKU_ROOT
        exec dokku git-hook "$(basename "$here")"

        """;

    private static readonly string[] Folders = ["branches", "hooks", "info", "objects/info", "objects/pack", "refs/heads", "refs/tags"];

    /// <summary>Makes the app's folder a repository, which takes nothing from one that is; the hook is always written.</summary>
    public void Make(AppName app) => store.WriteAll(Begin(app));

    /// <summary>Makes the folders of a repository.</summary>
    /// <returns>The files that are missing in them, to be written in this order: without HEAD git does not take the folder for a repository.</returns>
    public IReadOnlyList<StateFile> Begin(AppName app)
    {
        var root = store.FileOf(StatePath.Home(app.Text));
        foreach (var folder in Folders)
        {
            PrivateFolder.Ensure($"{root}/{folder}", PrivateFolder.PublicRead);
        }

        return
        [
            new(StatePath.Home(app.Text, "hooks", "pre-receive"), Hook, Runnable),
            .. ((StateFile[])
            [
                new(StatePath.Home(app.Text, "config"), Config, AtomicFile.PublicRead),
                new(StatePath.Home(app.Text, "HEAD"), "ref: refs/heads/master\n", AtomicFile.PublicRead),
            ]).Where(file => !store.Exists(file.Path)),
        ];
    }

    /// <returns>The commit HEAD leads to, or empty when nothing was pushed yet.</returns>
    public string Head(AppName app)
    {
        var head = Read(app, "HEAD");
        return head.StartsWith("ref: ", StringComparison.Ordinal) ? CommitOf(app, head["ref: ".Length..].Trim()) : Commit(head);
    }

    /// <returns>The commit a ref names, or empty.</returns>
    public string CommitOf(AppName app, string name)
    {
        if (!IsRef(name))
        {
            return "";
        }

        return Commit(Read(app, name)) is { Length: > 0 } loose
            ? loose
            : Read(app, "packed-refs").Split('\n').Select(line => line.Split(' '))
                .Where(parts => parts.Length == 2 && parts[1] == name).Select(parts => Commit(parts[0])).FirstOrDefault("");
    }

    /// <returns>When a branch was last moved, in seconds since 1970; empty when it never was.</returns>
    public string UpdatedAt(AppName app, string branch)
    {
        var name = $"refs/heads/{branch}";
        var file = IsRef(name) ? store.FileOf(StatePath.Home([app.Text, .. name.Split('/')])) : "";
        return File.Exists(file)
            ? new DateTimeOffset(File.GetLastWriteTimeUtc(file)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)
            : "";
    }

    /// <summary>Whether a name may be a branch's (git check-ref-format(1), its rules for one name).</summary>
    public static bool IsBranch(string name) =>
        name.Length is > 0 and <= 200 && !name.StartsWith('-') && name != "HEAD" && !name.Contains("@{", StringComparison.Ordinal) && name != "@"
        && name.All(c => c is > ' ' and < '\x7f' && !"~^:?*[\\".Contains(c, StringComparison.Ordinal))
        && name.Split('/').All(part => part.Length > 0 && part[0] != '.' && !part.EndsWith(".lock", StringComparison.Ordinal) && !part.EndsWith('.')
            && !part.Contains("..", StringComparison.Ordinal));

    private static bool IsRef(string name) => name.StartsWith("refs/", StringComparison.Ordinal) && IsBranch(name["refs/".Length..]);

    private static string Commit(string text) =>
        text.Trim() is { Length: 40 or 64 } commit && commit.All(char.IsAsciiHexDigit) ? commit : "";

    private string Read(AppName app, string name)
    {
        try
        {
            return store.Read(StatePath.Home([app.Text, .. name.Split('/')])) ?? "";
        }
        catch (ProblemException)
        {
            // A folder of that name, refs/heads/a beside refs/heads/a/b: no such ref.
            return "";
        }
    }
}
