using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Reading_dokkurc : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();

    public async ValueTask InitializeAsync()
    {
        await _berth.OkAsync("apps:create", "one");
        Directory.CreateDirectory($"{_berth.Home}/.dokkurc");
    }

    [Fact]
    public async Task honours_settings_of_the_file_and_of_the_folder()
    {
        Assert.Equal("=====> My Apps\none\n", await _berth.OkAsync("apps:list"));
        AtomicFile.Write($"{_berth.Home}/.dokkurc/QUIET", "# less\nexport DOKKU_QUIET_OUTPUT=1\n");
        Assert.Equal("one\n", await _berth.OkAsync("apps:list"));
        AtomicFile.Write($"{_berth.Home}/.dokkurc/QUIET", "");
        AtomicFile.Write($"{_berth.Home}/dokkurc", "DOKKU_QUIET_OUTPUT='yes'\n");
        Assert.Equal("one\n", await _berth.OkAsync("apps:list"));
    }

    [Fact]
    public async Task takes_what_global_words_say_from_the_callers_environment_too()
    {
        Assert.Equal($"{_berth.Home}/one\n", (await RunWithAsync("DOKKU_APP_NAME", "one", "apps:report", "--app-dir")).Output);
        Assert.Equal("one\n", (await RunWithAsync("DOKKU_QUIET_OUTPUT", "1", "apps:list")).Output);
        Assert.Equal(20, (await RunWithAsync("DOKKU_APP_NAME", "nobody", "doctor")).Status);
        Assert.Equal(0, (await RunWithAsync("DOKKU_APP_NAME", "one", "version")).Status);
        Assert.Equal(0, (await RunWithAsync("DOKKU_APPS_FORCE_DELETE", "1", "apps:destroy", "one")).Status);
    }

    [Fact]
    public async Task runs_nothing_of_it()
    {
        AtomicFile.Write($"{_berth.Home}/dokkurc", $"touch {_berth.Home}/pwned\nexport DOKKU_X=$(touch {_berth.Home}/pwned)\nif true; then\n  export DOKKU_QUIET_OUTPUT=`id`\nfi\n");
        Assert.Equal("=====> My Apps\none\n", await _berth.OkAsync("apps:list"));
        Assert.False(File.Exists($"{_berth.Home}/pwned"));
    }

    [Fact]
    public async Task says_which_file_it_cannot_read()
    {
        await ExternalProgram.SucceedAsync("mkfifo", [$"{_berth.Home}/dokkurc"]);
        var result = await _berth.RunAsync("apps:list");
        Assert.Equal((1, $" !     Unable to read {_berth.Home}/dokkurc for sourcing\n"), (result.Status, result.Error));
    }

    public ValueTask DisposeAsync() => _berth.DisposeAsync();

    private Task<CommandResult> RunWithAsync(string name, string value, params string[] words) =>
        ExternalProgram.RunAsync(BerthProgram.Path, words, new Dictionary<string, string?>(_berth.Environment) { [name] = value });
}
