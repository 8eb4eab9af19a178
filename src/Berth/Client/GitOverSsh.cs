using System.Diagnostics;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.SshKeys;
using Berth.Storage;

namespace Berth.Client;

/// <summary>What a git client asks of the other side: <c>git-upload-pack 'app'</c> and its like. git itself answers, for an app's repository only.</summary>
internal static class GitOverSsh
{
    private static readonly string[] Services = ["git-upload-pack", "git-upload-archive", "git-receive-pack"];

    /// <returns>The exit status, or null when the words are none of git's.</returns>
    /// <exception cref="ProblemException">No such app or repository, or a push.</exception>
    public static int? TryRun(IReadOnlyList<string> words, StateRoots roots)
    {
        var (service, rest) = words is ["git", var verb, ..] ? ($"git-{verb}", words.Skip(2)) : (words is [var first, ..] ? first : "", words.Skip(1));
        if (!Services.Contains(service))
        {
            return null;
        }

        var app = FindApp([.. rest], new AppCatalog(new FileStateStore(roots, TimeProvider.System), TimeProvider.System), service);
        if (service == "git-receive-pack")
        {
            throw SshKeyProblems.NoPush(app.Text).AsException();
        }

        var repository = $"{roots.Home}/{app}";
        return File.Exists($"{repository}/HEAD")
            ? Run(service["git-".Length..], repository)
            : throw SshKeyProblems.NoRepository(app.Text).AsException();
    }

    /// <summary>A push may name an app that is yet to be; all else needs one that is there.</summary>
    private static AppName FindApp(string[] words, AppCatalog apps, string service)
    {
        var name = words is [var path] ? path.TrimStart('/') : "";
        name = name.EndsWith(".git", StringComparison.Ordinal) && !(AppName.TryParse(name, out var whole) && apps.Exists(whole)) ? name[..^4] : name;
        return service == "git-receive-pack" && name.Length > 0 ? AppName.Parse(name) : apps.Find(name);
    }

    private static int Run(string verb, string repository)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = "/" };
        start.ArgumentList.Add(verb);
        start.ArgumentList.Add(repository);
        using var git = Process.Start(start) ?? throw SshKeyProblems.NoRepository(repository).AsException();
        git.WaitForExit();
        return git.ExitCode;
    }
}
