using System.Text;
using Berth.Client;
using Berth.Commands;
using Berth.Daemon;
using Berth.Edge;
using Berth.Platform.CommandLine;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Specs;

/// <summary>Every command there is, with words of every kind, in this process and without a daemon.</summary>
public sealed class Typing_anything : IAsyncLifetime
{
    // What changes the machine itself is tried on machines of its own; what asks hosts over the network has a specification with a host.
    private static readonly string[] NotHere = ["install", "uninstall", "git:allow-host"];

    // Their answer is the status alone.
    private static readonly string[] Silent = ["config:get", "git:auth-status", "plugin:installed"];

    private static readonly string[] Words =
    [
        "app", "other", "nobody", "app", "--global", "--all", "--force", "--format", "json", "stdout", "--quiet", "--app", "--help", "-h", "--", "-", "",
        " ", "\n", "..", "../../etc/passwd", "/etc/passwd", "/", "a/b", "$(id)", "`id`", ";id", "|", "&", ">x", "'", "\"", "\\", "*", "?", "%s%n",
        "\u001b[31m", "\u202e", "é", "漢字", "😀", "\ud800", "-x", "--nope", "--nope=1", "--format=json", "--format=", "=", "K=V", "K=", "=V", "K", "1K=V",
        "K=\nV", "PATH=x", "web=1", "web=-1", "web=99999999999999999999", "http:80:5000", "https:443:5000", "http:99999:1", "tcp", "true", "false", "0", "-1",
        "9223372036854775808", "email", "server", "staging", "example.com", "*.example.com", "_", "a..b", "xn--", "1.2.3.4", "::1", "you@example.com",
        "crt", "key", "crt key", "deploy", "build,run", "--link x", "/host:/container", "/a:/b:ro", "name", "{}", "[]", "ssh-rsa AAAA", "https://example.invalid/x.git",
    ];

    private static readonly Gen<string> Word = Gen.Frequency(
        (12, Gen.OneOf(Words)), (2, Gen.String), (1, Gen.String[1000, 5000]), (1, Gen.String.AlphaNumeric));

    private readonly ScratchFolder _scratch = new();
    private Services _services = null!;

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_scratch["roots"]);
        Directory.CreateDirectory(_scratch["outside"]);
        AtomicWrite(_scratch["outside/precious"], "precious");
        _services = new Services(
            new StateRoots(_scratch["roots/home"], _scratch["roots/lib"]), new EdgeOptions(), null, new NoScheduler(), inDaemon: false, NullLoggerFactory.Instance);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _scratch.Dispose();
    }

    public static TheoryData<string> Commands()
    {
        using var scratch = new ScratchFolder();
        var services = new Services(
            new StateRoots(scratch["home"], scratch["lib"]), new EdgeOptions(), null, new NoScheduler(), inDaemon: false, NullLoggerFactory.Instance);
        return [.. services.Commands.All.Select(command => command.Name).Where(name => !NotHere.Contains(name)).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task ends_in_an_answer(string command)
    {
        var here = Listing(Environment.CurrentDirectory);
        foreach (var word in Words)
        {
            await TryInAppAsync([.. command.Split(' '), word], "");
            await TryInAppAsync([.. command.Split(' '), "app", word], "");
        }

        await Gen.Select(Word.Array[0, 5], Gen.String).SampleAsync(
            async (words, input) => await TryInAppAsync([.. command.Split(' '), .. words], input), iter: 20, threads: 1);

        Assert.Equal(here, Listing(Environment.CurrentDirectory));
        Assert.Equal([_scratch["outside"], _scratch["outside/precious"], _scratch["roots"]], Listing(_scratch.Path).Where(path => !path.StartsWith(_scratch["roots/"], StringComparison.Ordinal)));
        Assert.Equal("precious", await File.ReadAllTextAsync(_scratch["outside/precious"]));
    }

    [Fact]
    public async Task would_tell_of_a_command_that_breaks()
    {
        var broken = _services.RunnerOf(new CommandTable([new Broken()]));
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => TryAsync(broken, ["broken:crash"], ""));
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => TryAsync(broken, ["broken:status"], ""));
        await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => TryAsync(broken, ["broken:silence"], ""));
    }

    private async Task TryInAppAsync(string[] words, string input)
    {
        if (!Directory.Exists(_scratch["roots/home/app"]))
        {
            await TryAsync(_services.Runner, ["apps:create", "app"], "");
        }

        await TryAsync(_services.Runner, words, input);
    }

    private static async Task TryAsync(CommandRunner runner, string[] words, string input)
    {
        var said = new Said();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var status = await runner.RunAsync(
            words, new Caller(1000, "dokku", false, false), said, () => new MemoryStream(Encoding.UTF8.GetBytes(input)), patience.Token, CancellationToken.None);

        var told = $"{string.Join('|', words)} -> {status}\n{said.Text}";
        Assert.True(status is >= 0 and <= 125, told);
        Assert.False(patience.IsCancellationRequested, told);
        Assert.False(said.Text.Contains("a fault of its own", StringComparison.Ordinal), told);
        Assert.False(said.Errors.Contains('\u001b', StringComparison.Ordinal), told);
        Assert.False(status != 0 && said.Text.Length == 0 && !Silent.Contains(words[0]), told);
    }

    private static string[] Listing(string folder) => [.. Directory.EnumerateFileSystemEntries(
        folder, "*", folder == Environment.CurrentDirectory ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private static void AtomicWrite(string path, string text) => Kernel.AtomicFile.Write(path, text);

    private sealed class Broken : IFeature
    {
        public string Name => "broken";

        public string Description => "Break";

        public IEnumerable<Command> Commands =>
        [
            new("broken:crash", "", "Crash", _ => throw new InvalidOperationException()),
            new("broken:status", "", "End in a status that no shell has", _ => Task.FromResult(256)),
            new("broken:silence", "", "Fail without a word", _ => Task.FromResult(1)),
        ];
    }
}
