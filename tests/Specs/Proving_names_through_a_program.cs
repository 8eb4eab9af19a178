using Berth.TestKit;
using static Berth.Specs.Proving_names_over_dns_and_tls;

namespace Berth.Specs;

/// <summary>DNS-01 through a program that the app's owner names (dns-provider exec), against Pebble and a real name server.</summary>
public sealed class Proving_names_through_a_program
{
    [Fact]
    public async Task gets_a_wildcard_through_a_program_of_the_owners_own()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "*.app.example.test");
        using var scratch = new ScratchFolder();
        await WriteProgramAsync(scratch["change"], dns);
        await SetProgramAsync(berth, scratch["change"]);
        await LookAtAsync(berth, dns);

        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal("*.app.example.test\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
        Assert.Empty(await dns.TextAtAsync("_acme-challenge.app.example.test"));
    }

    /// <summary>A name that is in no public DNS can be proved by nothing else: that its provider failed once is no reason to ask for an address.</summary>
    [Fact]
    public async Task proves_a_name_that_leads_nowhere_once_a_program_that_failed_is_mended()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "nowhere.example.test");
        using var scratch = new ScratchFolder();
        await WriteProgramAsync(scratch["change"], dns, "exit 3; ");
        await SetProgramAsync(berth, scratch["change"]);
        await LookAtAsync(berth, dns);
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        Assert.Contains("it must end with status 0. Then `berth letsencrypt:enable hello`.", (await berth.RunAsync("doctor", "hello")).Output, StringComparison.Ordinal);
        await WriteProgramAsync(scratch["change"], dns);

        Assert.DoesNotContain("address", await berth.OkAsync("letsencrypt:check", "hello"), StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal("nowhere.example.test\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
    }

    /// <summary>One that hangs is given minutes, and nobody is to wonder for so long.</summary>
    [Fact]
    public async Task names_a_program_that_has_not_ended_yet_and_since_when_it_runs()
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "*.app.example.test");
        using var scratch = new ScratchFolder();
        await ExternalProgram.SucceedAsync("mkfifo", [scratch["go"]]);
        await WriteProgramAsync(scratch["change"], dns);
        await SetProgramAsync(berth, scratch["change"]);
        await LookAtAsync(berth, dns);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "another@example.com");
        await WriteProgramAsync(scratch["change"], dns, $"read -r _ < '{scratch["go"]}'; ");

        var ordering = berth.RunAsync("letsencrypt:enable", "hello", "--force");
        string[] told;
        await using (var go = new FileStream(scratch["go"], FileMode.Open, FileAccess.Write))
        {
            told =
            [
                await berth.OkAsync("letsencrypt:status"),
                await berth.OkAsync("letsencrypt:status", "hello"),
                await berth.OkAsync("letsencrypt:report", "hello"),
                (await berth.RunAsync("letsencrypt:list")).Error,
            ];
            go.Write("\n"u8);
        }

        Assert.All(told, said => Assert.Matches(
            $@"an order is under way at \S+ since 20\S+ \S+ UTC: .*TXT _acme-challenge\.app\.example\.test is being added by the program {scratch["change"]} since \S+ UTC, until \S+ UTC at the latest", said));
        Assert.Equal(0, (await ordering).Status);
    }

    /// <summary>A wildcard can be proved by nothing else, and a private server's own DNS changes nothing in that.</summary>
    [Theory]
    [InlineData]
    [InlineData("--dry-run")]
    public async Task orders_nothing_with_a_program_that_is_gone(params string[] flags)
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "*.app.example.test");
        using var scratch = new ScratchFolder();
        await SetProgramAsync(berth, scratch["gone"]);

        var refused = await berth.RunAsync(["letsencrypt:enable", "hello", .. flags], null);

        Assert.Equal(1, refused.Status);
        Assert.Contains($"{scratch["gone"]} cannot be run: there is no such file.", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, pebble.Orders);
    }

    [Theory]
    [InlineData("certs:add")]
    [InlineData("certs:remove")]
    public async Task leaves_what_somebody_did_by_hand_while_names_were_being_proved(string command)
    {
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await StartAsync(pebble, "*.app.example.test");
        using var scratch = new ScratchFolder();
        await ExternalProgram.SucceedAsync("mkfifo", [scratch["go"]]);
        await WriteProgramAsync(scratch["change"], dns, $"read -r _ < '{scratch["go"]}'; ");
        var (chain, key) = HandMadePair.Make("*.app.example.test", "by hand");
        await File.WriteAllTextAsync(scratch["crt"], chain);
        await File.WriteAllTextAsync(scratch["key"], key);
        await berth.OkAsync("certs:add", "hello", scratch["crt"], scratch["key"]);
        await SetProgramAsync(berth, scratch["change"]);
        await LookAtAsync(berth, dns);
        var (another, itsKey) = HandMadePair.Make("*.app.example.test", "by another hand");
        await File.WriteAllTextAsync(scratch["crt"], another);
        await File.WriteAllTextAsync(scratch["key"], itsKey);

        var ordering = berth.RunAsync("letsencrypt:enable", "hello");

        // Opens once the program reads: the names are being proved.
        await using (var go = new FileStream(scratch["go"], FileMode.Open, FileAccess.Write))
        {
            await berth.OkAsync([command, "hello", .. command == "certs:add" ? [scratch["crt"], scratch["key"]] : Array.Empty<string>()]);
            go.Write("\n"u8);
        }

        var ordered = await ordering;
        Assert.Equal(1, ordered.Status);
        Assert.Contains("A certificate was installed for hello by hand, or taken off, while this one was under way", ordered.Error, StringComparison.Ordinal);
        await berth.RestartAsync();
        Assert.Contains("nothing", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next"), StringComparison.Ordinal);
        Assert.Equal(command == "certs:add" ? another : null, File.Exists($"{berth.Home}/hello/tls/server.crt") ? await File.ReadAllTextAsync($"{berth.Home}/hello/tls/server.crt") : null);
        Assert.Equal(1, pebble.Orders);
    }

    [Fact]
    public async Task lends_a_root_daemons_rights_to_no_program_and_no_file_that_the_folders_owner_names()
    {
        Assert.SkipUnless(System.Environment.IsPrivilegedProcess, "only root has rights to lend");
        using var scratch = new ScratchFolder();
        await ExternalProgram.SucceedAsync("chmod", ["711", scratch.Path]);
        await File.WriteAllTextAsync(scratch["secret"], "the token\n");
        await ExternalProgram.SucceedAsync("chmod", ["600", scratch["secret"]]);
        await File.WriteAllTextAsync(scratch["change"], "#!/bin/sh\nid -u >&2\nexit 1\n");
        await ExternalProgram.SucceedAsync("chmod", ["755", scratch["change"]]);
        await using var dns = await NameServer.StartBindAsync(Records);
        await using var pebble = await PebbleAtAsync(dns);
        await using var berth = await BerthServer.StartAsync(
            new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, prepare: OwnedByDaemon);
        await CreateAsync(berth, pebble.DirectoryUrl, "*.app.example.test");
        await LookAtAsync(berth, dns);
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-EXEC_PATH", scratch["change"]);
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-DESEC_TOKEN_FILE", scratch["secret"]);

        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", "exec");
        var program = await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", "desec");
        var file = await berth.RunAsync("letsencrypt:enable", "hello");

        var daemon = (await ExternalProgram.SucceedAsync("id", ["-u", "daemon"])).Trim();
        Assert.Contains($" {daemon}\n", program.Output + program.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, program.Status);
        Assert.Contains("DESEC_TOKEN_FILE", file.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", file.Error, StringComparison.Ordinal);
    }

    private static void OwnedByDaemon(BerthServer berth)
    {
        foreach (var folder in new[] { berth.Home, berth.Lib })
        {
            Directory.CreateDirectory(folder);
            ExternalProgram.SucceedAsync("chown", ["daemon:", folder]).GetAwaiter().GetResult();
        }
    }

    private static async Task WriteProgramAsync(string path, NameServer dns, string first = "")
    {
        await File.WriteAllTextAsync(path, $"""
            #!/bin/sh
            case $1 in present) {first}verb="add $2 60" ;; cleanup) verb="delete $2" ;; esac
            printf 'server 127.0.0.1 {dns.Address.Port}\nupdate %s TXT "%s"\nsend\n' "$verb" "$3" |
              exec nsupdate -y hmac-sha256:{NameServer.KeyName}:{NameServer.KeySecret}
            """.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task SetProgramAsync(BerthServer berth, string path)
    {
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider", "exec");
        await berth.OkAsync("letsencrypt:set", "hello", "dns-provider-EXEC_PATH", path);
    }
}
