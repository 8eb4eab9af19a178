using Berth.Platform.SshKeys;
using Berth.TestKit;
using CsCheck;

namespace Berth.Platform.Tests.SshKeys;

public sealed class Reading_a_public_key
{
    [Fact]
    public async Task agrees_with_OpenSSH_about_the_fingerprint()
    {
        using var scratch = new ScratchFolder();
        foreach (var (kind, bits) in new[] { ("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "521"), ("rsa", "2048") })
        {
            var file = scratch[$"{kind}{bits}"];
            await ExternalProgram.SucceedAsync("ssh-keygen", ["-q", "-t", kind, "-b", bits, "-N", "", "-C", "me@here now", "-f", file]);
            var said = await ExternalProgram.SucceedAsync("ssh-keygen", ["-l", "-f", file]);

            var key = SshPublicKey.TryParse((await File.ReadAllTextAsync($"{file}.pub")).Trim());

            Assert.Equal(said.Split(' ')[1], key?.Fingerprint);
            Assert.Equal("me@here now", key?.Comment);
        }
    }

    [Theory]
    [InlineData("no-pty {0}")]
    [InlineData("command=\"echo \\\"hi there\\\"\",no-pty {0}")]
    [InlineData("  {0}  ")]
    public void leaves_options_in_front_of_it_behind(string line) =>
        Assert.Equal(Keys.Ed25519(7), SshPublicKey.TryParse(string.Format(null, line, Keys.Ed25519(7)))?.Line);

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-ed25519 !!!!")]
    [InlineData("# ssh-ed25519")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    public void refuses_what_is_none(string line) => Assert.Null(SshPublicKey.TryParse(line));

    [Fact]
    public void refuses_bytes_that_say_another_type_or_too_much_or_too_little()
    {
        var good = Keys.Ed25519(1).Split(' ')[1];
        Assert.Null(SshPublicKey.TryParse($"ssh-rsa {good}"));
        Assert.Null(SshPublicKey.TryParse($"ssh-ed25519 {good[..^4]}"));
        Assert.Null(SshPublicKey.TryParse($"ssh-ed25519 {good}AAAA"));
        Assert.Null(SshPublicKey.TryParse(Keys.Line("ssh-ed25519", "")));
        Assert.Null(SshPublicKey.TryParse(Keys.Line("ssh-dss", "", [1, 2, 3])));
    }

    [Fact]
    public void refuses_control_characters_and_lines_without_end()
    {
        Assert.Null(SshPublicKey.TryParse(Keys.Ed25519(1, "a\nssh-ed25519 AAAA")));
        Assert.Null(SshPublicKey.TryParse(Keys.Ed25519(1, "a\0")));
        Assert.Null(SshPublicKey.TryParse(Keys.Ed25519(1, new string('a', SshPublicKey.LengthLimit))));
        Assert.NotNull(SshPublicKey.TryParse(Keys.Ed25519(1, new string('a', SshPublicKey.LengthLimit - Keys.Ed25519(1, "").Length - 1))));
    }

    [Fact]
    public void never_fails_and_reads_what_it_gives_back() =>
        Gen.OneOf(Gen.String, Gen.OneOf("ssh-ed25519", " ", "\"", "\\\"", "AAAA", Keys.Ed25519(3), "command=\"", "ssh-rsa ").Array[0, 8].Select(string.Concat))
            .Sample(line =>
            {
                if (SshPublicKey.TryParse(line) is { } key)
                {
                    Assert.Equal(key, SshPublicKey.TryParse(key.Line));
                }
            });
}
