using Berth.Authority;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Completion;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What an operator of the authority types by mistake, or names by mistake: a problem in plain words, nothing replaced and nothing half made.</summary>
public sealed class Telling_the_authority_anything : IDisposable
{
    private static readonly string[] Senseless =
        ["", " ", "a\nb", "\u0001", "\u001b[31m", "é", "日本", "\u202e", new('x', 5000), "-", "0", "-1", "2147483648", "%", "/dev/zero", "/", ".", "\ud800"];

    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("--organization", "")]
    [InlineData("--organization", " ")]
    [InlineData("--organization", "a\nb")]
    [InlineData("--organization", "a\npermit b.example")]
    [InlineData("--organization", " Example")]
    [InlineData("--organization", "1234567890123456789012345678901234567890123456789012345678901")]
    [InlineData("--permit", "")]
    [InlineData("--permit", "a b")]
    [InlineData("--permit", "*.example.com")]
    [InlineData("--exclude", "é.example\n")]
    [InlineData("--permit-network", "10.0.0.0/33")]
    [InlineData("--permit-network", "")]
    [InlineData("--intermediate-days", "0")]
    [InlineData("--database", "/nowhere/at/all")]
    [InlineData("--token", "")]
    public async Task makes_no_authority_of_a_setting_that_is_none(string option, string value)
    {
        Assert.NotNull(await RefusalAsync("init", option, value));
        Assert.False(Directory.Exists(Data));
    }

    [Theory]
    [InlineData("Große Übung & Söhne, Zürich")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890")]
    public async Task writes_an_organization_whole_and_a_common_name_that_is_not_too_long(string organization)
    {
        Assert.Null(await RefusalAsync("init", "--organization", organization));

        var subject = await ExternalProgram.SucceedAsync(
            "openssl", ["x509", "-in", $"{Data}/keys/root.pem", "-noout", "-subject", "-nameopt", "multiline,utf8,-esc_msb"]);
        var lines = subject.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        Assert.Equal(organization, lines["organizationName"]);
        Assert.True(lines["commonName"].Length <= 64, lines["commonName"]);
        Assert.Null(await RefusalAsync("status"));
    }

    [Fact]
    public async Task takes_any_value_of_any_option_or_says_what_is_wrong_with_it()
    {
        Assert.Null(await RefusalAsync("init"));
        foreach (var verb in CaCommand.Verbs.Where(verb => !verb.Name.StartsWith("trust", StringComparison.Ordinal)))
        {
            foreach (var flag in Synopsis.Parse(verb.Synopsis).Flags.Where(pair => !pair.Value.IsEmpty && pair.Key != "--data").Select(pair => pair.Key).Append(""))
            {
                foreach (var value in Senseless)
                {
                    // A problem, or it was done; nothing else is thrown.
                    var said = flag == "--out" || (flag.Length == 0 && verb.Name == "backup") ? Path.Combine(_scratch.Path, value) : value;
                    string[] words = flag.Length == 0 ? [said] : verb.Synopsis.EndsWith('>') ? [flag, said, "a1b2"] : [flag, said];
                    var problem = await RefusalAsync([.. verb.Name.Split(' '), .. words]);
                    Assert.False(problem?.ToString().Any(char.IsControl) ?? false, $"{verb.Name} {flag} {Printable.Of(value, 20)}");
                }
            }
        }

        Assert.Null(await RefusalAsync("audit", "verify"));
    }

    [Fact]
    public async Task replaces_no_fifo_folder_or_link_by_a_backup()
    {
        Assert.Null(await RefusalAsync("init"));
        await ExternalProgram.SucceedAsync("mkfifo", [_scratch["fifo"]]);
        Directory.CreateDirectory(_scratch["folder"]);
        File.CreateSymbolicLink(_scratch["link"], _scratch["elsewhere"]);
        foreach (var name in (string[])["fifo", "folder", "link", "nowhere/at-all"])
        {
            Assert.Equal(CaProblems.FileUnusable, (await RefusalAsync("backup", _scratch[name]))?.Code);
        }

        Assert.True(PlainFile.IsOther(_scratch["fifo"]) && Directory.Exists(_scratch["folder"]));
        Assert.Equal(_scratch["elsewhere"], new FileInfo(_scratch["link"]).LinkTarget);
        Assert.False(File.Exists(_scratch["elsewhere"]));
    }

    [Fact]
    public async Task restores_from_no_device_fifo_or_file_that_is_larger_than_the_disk()
    {
        await ExternalProgram.SucceedAsync("mkfifo", [_scratch["fifo"]]);
        using (var huge = File.Create(_scratch["huge"]))
        {
            huge.SetLength(new DriveInfo(_scratch.Path).AvailableFreeSpace);
        }

        await File.WriteAllTextAsync(_scratch["words"], "This is no archive, and a long way from one.");
        foreach (var file in (string[])["/dev/zero", _scratch["fifo"], _scratch["huge"], _scratch["words"], _scratch["missing"], _scratch.Path])
        {
            Assert.Equal(CaProblems.BackupUnusable, (await RefusalAsync("restore", file))?.Code);
            Assert.False(Directory.Exists(Data));
        }
    }

    [Fact]
    public async Task backs_up_and_restores_a_root_that_is_kept_alone()
    {
        Assert.Null(await RefusalAsync("init", "--offline-root"));
        var root = await File.ReadAllTextAsync($"{Data}/keys/root.key");

        Assert.Null(await RefusalAsync("backup", _scratch["backup"]));
        Directory.Delete(Data, recursive: true);
        Assert.Null(await RefusalAsync("restore", _scratch["backup"]));

        Assert.Equal(root, await File.ReadAllTextAsync($"{Data}/keys/root.key"));
    }

    [Fact]
    public async Task puts_no_keys_in_place_that_do_not_fit_each_other()
    {
        Assert.Null(await RefusalAsync("init"));
        File.Copy($"{Data}/keys/root.key", $"{Data}/keys/intermediate-1.key", overwrite: true);
        Assert.Null(await RefusalAsync("backup", _scratch["backup"]));
        Directory.Delete(Data, recursive: true);

        Assert.Equal(CaProblems.BackupUnusable, (await RefusalAsync("restore", _scratch["backup"]))?.Code);
        Assert.False(Directory.Exists(Data));
    }

    private string Data => _scratch["lib/data/authority"];

    /// <returns>Null when it was done.</returns>
    private async Task<Problem?> RefusalAsync(params string[] words)
    {
        var caller = new Caller(0, "berth", OutputIsTerminal: false, ErrorIsTerminal: false);
        try
        {
            Assert.Equal(0, await CaCommand.RunAsync(words, new StateRoots(_scratch["home"], _scratch["lib"]), caller, new CommandOutput(new Said(), caller)));
            return null;
        }
        catch (ProblemException refused)
        {
            return refused.Problem;
        }
    }
}
