using System.Text;
using Berth.Client;
using Berth.Daemon;
using Berth.Edge;
using Berth.Platform.CommandLine;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Specs;

/// <summary>Files are the truth, and anything can come to be in them: every file of a server, with content of every kind in its place.</summary>
public sealed class Reading_damaged_files : IAsyncLifetime
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly string[][] Makers =
    [
        ["domains:set-global", "example.com"], ["apps:create", "app"], ["apps:create", "other"], ["config:set", "--no-restart", "app", "A=1", "B=two words"],
        ["config:set", "--no-restart", "--global", "G=1"], ["domains:add", "app", "www.example.com"], ["ports:add", "app", "http:8080:5000"], ["ps:scale", "--skip-deploy", "app", "web=2"],
        ["ps:set", "app", "restart-policy", "on-failure:3"], ["nginx:set", "app", "hsts", "false"], ["checks:set", "app", "wait", "7"], ["docker-options:add", "app", "deploy,run", "--link a:b"],
        ["storage:mount", "app", "/tmp:/data"], ["storage:create", "disk"], ["network:set", "app", "attach-post-deploy", "inner"], ["network:create", "inner"], ["resource:limit", "--memory", "100", "app"],
        ["registry:set", "app", "server", "registry.example.com"], ["cron:set", "app", "mailto", "you@example.com"], ["logs:set", "app", "max-size", "20m"], ["builds:set", "app", "retention", "3"],
        ["builder:set", "app", "selected", "dockerfile"], ["buildpacks:add", "app", "https://github.com/heroku/heroku-buildpack-nodejs.git"], ["scheduler:set", "app", "selected", "docker-local"],
        ["git:set", "app", "deploy-branch", "main"], ["letsencrypt:set", "app", "email", "you@example.com"], ["letsencrypt:set", "--global", "server", "staging"], ["certs:generate", "app", "www.example.com"],
        ["apps:lock", "other"], ["events:on"], ["ps:stop", "other"],
    ];

    private static readonly string[][] Readers =
    [
        ["apps:list"], ["apps:report"], ["config:show", "app"], ["config:export", "app", "--format", "json"], ["domains:report"], ["ports:list", "app"], ["ports:report"], ["ps:report"], ["ps:scale", "app"],
        ["nginx:report", "app", "--format", "json"], ["nginx:show-config", "app"], ["checks:report"], ["docker-options:report"], ["storage:report"], ["storage:list", "app"], ["storage:list-entries"],
        ["network:report"], ["network:list"], ["resource:report"], ["registry:report"], ["cron:report"], ["cron:list", "app"], ["logs:report"], ["builds:report"], ["builds:list", "app"], ["builder:report"],
        ["buildpacks:report"], ["scheduler:report"], ["git:report"], ["letsencrypt:report"], ["letsencrypt:list"], ["letsencrypt:status", "app"], ["certs:report"], ["certs:show", "app", "crt"], ["proxy:report"],
        ["urls", "app"], ["plugin:list"], ["ssh-keys:list"], ["events"], ["config:get", "app", "A"], ["letsencrypt:events", "app"],
    ];

    private static readonly string[] Texts =
    [
        "", "\n", " ", "\0", "null", "{}", "[]", "{", "[[[[", "\"", "0", "-1", "99999999999999999999", "true", "=", "A", "A=", "=B", "export A='", "A=\"\\\"", "#", "web=", "web=-1", "web=1=2", "http:1", "::", "https:443:99999999",
        "../../etc/passwd", "/", "\u001b[31m", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN", "{\"entries\":null}", "{\"id\":[]}", "[null]", "[{\"name\":null}]", "\ufeff{}", "2026-13-45",
    ];

    private static readonly Gen<byte[]> Content = Gen.Frequency(
        (6, Gen.OneOf(Texts).Select(Encoding.UTF8.GetBytes)), (1, Gen.OneOf(Texts).Array[0, 6].Select(lines => Encoding.UTF8.GetBytes(string.Join('\n', lines)))),
        (1, Gen.Byte.Array[0, 100]), (1, Gen.String.Select(text => Encoding.UTF8.GetBytes(text))));

    private readonly ScratchFolder _scratch = new();
    private Services _services = null!;

    public async ValueTask InitializeAsync()
    {
        _services = new Services(
            new StateRoots(_scratch["home"], _scratch["lib"]), new EdgeOptions(), null, new NoScheduler(), inDaemon: false, NullLoggerFactory.Instance);
        foreach (var words in Makers)
        {
            await SaidAsync(words);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _scratch.Dispose();
    }

    [Fact]
    public async Task ends_in_an_answer_whatever_is_in_one_of_them()
    {
        string[] files = [.. Directory.EnumerateFiles(_scratch.Path, "*", SearchOption.AllDirectories).Where(IsState).Order(StringComparer.Ordinal)];
        Assert.InRange(files.Length, 25, 200);
        await Gen.Select(Gen.OneOf(files), Content, Gen.OneOf(Readers), Gen.OneOf(Readers)).SampleAsync(
            async (file, content, reader, another) =>
            {
                var before = await File.ReadAllBytesAsync(file);
                await File.WriteAllBytesAsync(file, content);
                File.SetUnixFileMode(file, Readable);
                foreach (var words in new[] { reader, another })
                {
                    var told = $"{file} holds {Encoding.UTF8.GetString(content)}: {string.Join(' ', words)}: {await SaidAsync(words)}";
                    Assert.DoesNotContain("a fault of its own", told, StringComparison.Ordinal);
                }

                await File.WriteAllBytesAsync(file, before);
            },
            iter: 3000,
            threads: 1);
    }

    // The repository's own files are git's, and objects are not looked into.
    private bool IsState(string file) => !file.Contains("/objects/", StringComparison.Ordinal) && !file.Contains("/core-plugins/", StringComparison.Ordinal)
        && !file.Contains("/hooks/", StringComparison.Ordinal) && !file.EndsWith(".lock", StringComparison.Ordinal);

    private async Task<string> SaidAsync(string[] words)
    {
        var said = new Said();
        var status = await _services.Runner.RunAsync(
            words, new Caller(0, "dokku", false, false), said, () => new MemoryStream(), CancellationToken.None, CancellationToken.None);
        return $"{status} {said.Text}";
    }
}
