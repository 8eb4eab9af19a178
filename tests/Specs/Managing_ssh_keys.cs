using Berth.TestKit;

namespace Berth.Specs;

public sealed class Managing_ssh_keys : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();
    private readonly ScratchFolder _scratch = new();
    private string _fingerprint = "";

    private string PublicKey => _scratch["key.pub"];

    public async ValueTask InitializeAsync()
    {
        await ExternalProgram.SucceedAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "alice@laptop", "-f", _scratch["key"]]);
        _fingerprint = (await ExternalProgram.SucceedAsync("ssh-keygen", ["-l", "-f", PublicKey])).Split(' ')[1];
    }

    [Fact]
    public async Task adds_lists_and_removes_one()
    {
        Assert.Equal($"{_fingerprint}\n", await _berth.OkAsync("ssh-keys:add", "alice", PublicKey));

        var line = $"{_fingerprint} NAME=\"alice\" SSHCOMMAND_ALLOWED_KEYS=\"no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding\"\n";
        Assert.Equal(line, await _berth.OkAsync("ssh-keys:list"));
        Assert.Equal(line, await _berth.OkAsync("ssh-keys:list", "alice"));
        Assert.Equal("", await _berth.OkAsync("ssh-keys:list", "bob"));
        Assert.Contains(_fingerprint, await ExternalProgram.SucceedAsync("ssh-keygen", ["-l", "-f", $"{_berth.Home}/.ssh/authorized_keys"]), StringComparison.Ordinal);

        Assert.Equal("", await _berth.OkAsync("ssh-keys:remove", "alice"));
        Assert.Equal("", await File.ReadAllTextAsync($"{_berth.Home}/.ssh/authorized_keys"));
    }

    [Fact]
    public async Task lists_as_json_for_programs()
    {
        await _berth.OkAsync("ssh-keys:add", "alice", PublicKey);
        var key = (await File.ReadAllTextAsync(PublicKey)).Trim();
        Assert.Equal(
            $$"""[{"fingerprint":"{{_fingerprint}}","name":"alice","SSHCOMMAND_ALLOWED_KEYS":"no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding","public-key":"{{key}}"}]""" + "\n",
            await _berth.OkAsync("ssh-keys:list", "--format", "json"));
        Assert.Equal("[]\n", await _berth.OkAsync("ssh-keys:list", "--format", "json", "bob"));
        await RefusedAsync("Invalid output format specified, supported formats: json, text", "ssh-keys:list", "--format", "yaml");
    }

    [Fact]
    public async Task takes_a_key_from_a_pipe_and_removes_by_fingerprint()
    {
        var added = await _berth.RunAsync(["ssh-keys:add", "alice"], await File.ReadAllTextAsync(PublicKey));
        Assert.Equal((0, $"{_fingerprint}\n"), (added.Status, added.Output));
        await _berth.OkAsync("ssh-keys:remove", "--fingerprint", _fingerprint);
        await RefusedAsync("authorized_keys is empty for dokku", "ssh-keys:list");
    }

    [Fact]
    public async Task refuses_what_is_no_key()
    {
        var (status, _, error) = await _berth.RunAsync(["ssh-keys:add", "alice"], "");
        Assert.Equal((1, " !     Empty key was specified\n"), (status, error));
        (status, _, error) = await _berth.RunAsync(["ssh-keys:add", "alice"], "oiioioi\n");
        Assert.Equal((1, " !     Key specified in is not a valid ssh public key\n"), (status, error));
        var key = await File.ReadAllTextAsync(PublicKey);
        (status, _, error) = await _berth.RunAsync(["ssh-keys:add", "alice"], key + key);
        Assert.Equal((1, " !     Too many keys provided, set one per invocation of dokku ssh-keys:add <NAME> <KEY_FILE>\n"), (status, error));
        await RefusedAsync("Key specified in is not a valid ssh public key", "ssh-keys:add", "alice", _scratch["key"]);
        await RefusedAsync("Cannot read /nowhere: there is no such file", "ssh-keys:add", "alice", "/nowhere");
        await RefusedAsync("A name is required to add a key", "ssh-keys:add");
        Assert.False(File.Exists($"{_berth.Home}/.ssh/authorized_keys"));
    }

    [Fact]
    public async Task refuses_a_name_or_a_key_that_is_there()
    {
        await _berth.OkAsync("ssh-keys:add", "alice", PublicKey);
        await RefusedAsync("Duplicate ssh key name", "ssh-keys:add", "alice", PublicKey);
        await RefusedAsync("Duplicate ssh public key specified", "ssh-keys:add", "bob", PublicKey);
    }

    [Theory]
    [InlineData("$(touch /tmp/x)")]
    [InlineData("`id`")]
    [InlineData("a\" NAME=\"root")]
    [InlineData("a\nssh-ed25519 AAAA")]
    [InlineData("'; id; '")]
    public async Task refuses_a_name_that_is_more_than_one(string name)
    {
        await RefusedAsync("cannot be a key's name", "ssh-keys:add", "--", name, PublicKey);
        Assert.False(File.Exists($"{_berth.Home}/.ssh/authorized_keys"));
    }

    [Fact]
    public async Task tells_of_a_key_that_was_never_there_and_succeeds()
    {
        await _berth.OkAsync("ssh-keys:add", "alice", PublicKey);
        var (status, output, error) = await _berth.RunAsync("ssh-keys:remove", "bob");
        Assert.Equal((0, "", " !     No key is named bob\n"), (status, output, error));
        await RefusedAsync("A name is required to remove a key, ie: dokku ssh-keys:remove <name>", "ssh-keys:remove");
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        _scratch.Dispose();
    }

    private async Task RefusedAsync(string found, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((1, ""), (result.Status, result.Output));
        Assert.StartsWith(" !     ", result.Error, StringComparison.Ordinal);
        Assert.Contains(found, result.Error, StringComparison.Ordinal);
    }
}
