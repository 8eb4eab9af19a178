using Berth.Kernel;
using Berth.Platform.SshKeys;
using Berth.Storage;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.SshKeys;

public sealed class Writing_authorized_keys : IDisposable
{
    private const string Command = "/home/dokku/.sshcommand";
    private readonly ScratchFolder _scratch = new();
    private readonly AuthorizedKeysFile _file;

    public Writing_authorized_keys() =>
        _file = new AuthorizedKeysFile(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System));

    private string Path => _scratch["home/.ssh/authorized_keys"];

    [Fact]
    public void keeps_the_form_that_tools_for_Dokku_look_for()
    {
        var line = Key("alice", 1).Format(Command);
        Assert.StartsWith("command=\"FINGERPRINT=SHA256:", line, StringComparison.Ordinal);
        Assert.Contains(" NAME=\\\"alice\\\" `cat /home/dokku/.sshcommand` $SSH_ORIGINAL_COMMAND\",no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding,", line, StringComparison.Ordinal);
        Assert.Contains(",restrict,pty ssh-ed25519 ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("command=\"FINGERPRINT=SHA256:x NAME=\\\"bob\\\" `cat /home/dokku/.sshcommand` $SSH_ORIGINAL_COMMAND\",no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding {0}", "bob", "no-agent-forwarding,no-user-rc,no-X11-forwarding,no-port-forwarding")]
    [InlineData("command=\"FINGERPRINT=aa:bb NAME=bob `cat /home/dokku/.sshcommand` $SSH_ORIGINAL_COMMAND\",no-pty {0}", "bob", "no-pty")]
    [InlineData("restrict,command=\"FINGERPRINT=SHA256:x NAME=\\\"b o b\\\" /usr/bin/dokku\",pty {0}", "b o b", "restrict,pty")]
    public void reads_what_other_generations_wrote(string line, string name, string options)
    {
        var key = AuthorizedKey.TryParse(string.Format(null, line, Keys.Ed25519(1)));
        Assert.Equal((name, options), (key?.Name, key?.Options));
    }

    [Fact]
    public void gives_back_every_name_that_is_allowed() =>
        Gen.OneOf("a", "Z", "9", "é", "-", "_", ".", "@", "+", ":", "/", "=", " ").Array[1, 20].Select(string.Concat)
            .Where(text => SshKeyName.TryParse(text, out _))
            .Sample(text => Assert.Equal(Key(text, 1), AuthorizedKey.TryParse(Key(text, 1).Format(Command))));

    [Theory]
    [InlineData("")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("-a")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a'b")]
    [InlineData("a`id`")]
    [InlineData("$(id)")]
    [InlineData("a;b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    public void refuses_names_that_a_shell_could_take_for_more(string name) =>
        Assert.Equal(SshKeyProblems.KeyNameInvalid, Assert.Throws<ProblemException>(() => SshKeyName.Parse(name)).Problem.Code);

    [Fact]
    public void bounds_names()
    {
        Assert.True(SshKeyName.TryParse(new string('a', 100), out _));
        Assert.False(SshKeyName.TryParse(new string('a', 101), out _));
    }

    [Fact]
    public void never_fails_on_a_line() =>
        Gen.OneOf(Gen.String, Gen.OneOf("command=\"", "FINGERPRINT=", " NAME=", "\\\"", "\"", ",", " ", Keys.Ed25519(1)).Array[0, 12].Select(string.Concat))
            .Sample(line => _ = AuthorizedKey.TryParse(line));

    [Fact]
    public async Task leaves_the_lines_of_others_as_they_are()
    {
        Directory.CreateDirectory(_scratch["home/.ssh"]);
        var others = $"# mine\n\n{Keys.Ed25519(9, "root@office")}\n";
        await File.WriteAllTextAsync(Path, others);

        await _file.AddAsync(Key("alice", 1), CancellationToken.None);
        Assert.Equal("alice", Assert.Single(_file.Read()).Name);
        Assert.StartsWith(others, await File.ReadAllTextAsync(Path), StringComparison.Ordinal);

        Assert.Equal(1, await _file.RemoveAsync(key => key.Name == "alice", CancellationToken.None));
        Assert.Equal(others, await File.ReadAllTextAsync(Path));
        Assert.Equal(SshKeyProblems.KeyDuplicate, await CodeAsync(Key("office", 9)));
    }

    [Fact]
    public async Task refuses_the_same_name_and_the_same_key_twice()
    {
        await _file.AddAsync(Key("alice", 1), CancellationToken.None);
        Assert.Equal(SshKeyProblems.KeyNameTaken, await CodeAsync(Key("alice", 2)));
        Assert.Equal(SshKeyProblems.KeyDuplicate, await CodeAsync(Key("bob", 1)));
        Assert.Single(_file.Read());
    }

    [Fact]
    public async Task keeps_folder_and_file_private()
    {
        await _file.AddAsync(Key("alice", 1), CancellationToken.None);
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(Path));
        Assert.Equal(PrivateFolder.OwnerOnly, File.GetUnixFileMode(_scratch["home/.ssh"]));
    }

    [Fact]
    public async Task refuses_a_root_that_a_shell_would_read_as_more_than_a_path()
    {
        var odd = new AuthorizedKeysFile(new FileStateStore(new StateRoots(_scratch["my $(home)"], _scratch["lib"]), TimeProvider.System));
        var problem = await Assert.ThrowsAsync<ProblemException>(() => odd.AddAsync(Key("alice", 1), CancellationToken.None));
        Assert.Equal(SshKeyProblems.RootUnfit, problem.Problem.Code);
        Assert.Empty(odd.Read());
    }

    public void Dispose() => _scratch.Dispose();

    private static AuthorizedKey Key(string name, byte seed) => AuthorizedKey.Of(SshKeyName.Parse(name), SshPublicKey.TryParse(Keys.Ed25519(seed))!);

    private async Task<ProblemCode> CodeAsync(AuthorizedKey key) =>
        (await Assert.ThrowsAsync<ProblemException>(() => _file.AddAsync(key, CancellationToken.None))).Problem.Code;
}
