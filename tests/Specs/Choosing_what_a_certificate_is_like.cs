using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The properties that say what a certificate is like and by which account it is ordered, against Pebble.</summary>
public sealed class Choosing_what_a_certificate_is_like
{
    private const string HmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    [Theory]
    [InlineData("p256", "1.2.840.10045.2.1", 256)]
    [InlineData("p384", "1.2.840.10045.2.1", 384)]
    [InlineData("rsa2048", "1.2.840.113549.1.1.1", 2048)]
    [InlineData("rsa3072", "1.2.840.113549.1.1.1", 3072)]
    public async Task gives_it_a_key_of_the_type_set(string type, string algorithm, int bits)
    {
        await using var pebble = await PebbleAsync();
        await using var berth = await StartAsync(pebble);
        await berth.OkAsync("letsencrypt:set", "hello", "key-type", type);

        await berth.OkAsync("letsencrypt:enable", "hello");

        using var leaf = await LeafAsync(berth);
        Assert.Equal(algorithm, leaf.PublicKey.Oid.Value);
        using var ecdsa = leaf.GetECDsaPublicKey();
        using var rsa = leaf.GetRSAPublicKey();
        Assert.Equal(bits, ecdsa?.KeySize ?? rsa!.KeySize);
    }

    [Fact]
    public async Task makes_a_new_key_for_each_certificate_unless_told_to_keep_it()
    {
        await using var pebble = await PebbleAsync();
        await using var berth = await StartAsync(pebble);
        await berth.OkAsync("letsencrypt:enable", "hello");
        var first = await KeyAsync(berth);

        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        var second = await KeyAsync(berth);
        await berth.OkAsync("letsencrypt:set", "hello", "reuse-key", "true");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        var third = await KeyAsync(berth);
        await berth.OkAsync("letsencrypt:set", "hello", "reuse-key");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.NotEqual(first, second);
        Assert.Equal(second, third);
        Assert.NotEqual(third, await KeyAsync(berth));
        Assert.Equal(4, pebble.Orders);
    }

    [Fact]
    public async Task takes_the_chain_that_ends_in_the_preferred_issuer_and_the_default_one_where_there_is_none()
    {
        await using var pebble = await PebbleAsync(settings => settings with { AlternateRoots = 2 });
        await using var berth = await StartAsync(pebble);
        using var http = pebble.CreateClient();
        using var wanted = X509Certificate2.CreateFromPem(await http.GetStringAsync(new Uri(pebble.ManagementUrl, "roots/2")));
        using var usual = X509Certificate2.CreateFromPem(await http.GetStringAsync(new Uri(pebble.ManagementUrl, "roots/0")));

        await berth.OkAsync("letsencrypt:set", "hello", "preferred-chain", wanted.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Equal(wanted.Subject, await TopAsync(berth));

        await berth.OkAsync("letsencrypt:set", "hello", "preferred-chain", "No Such Root");
        var output = await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        Assert.Equal(usual.Subject, await TopAsync(berth));
        Assert.Contains("The server has no chain to No Such Root: its default one is used", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task orders_a_profile_the_server_lists_and_goes_without_one_it_does_not_unless_it_is_required()
    {
        NewerPebble.Require();
        await using var pebble = await NewerAsync();
        await using var berth = await StartAsync(pebble);

        await berth.OkAsync("letsencrypt:set", "hello", "profile", "shortlived");
        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Equal(160, await HoursAsync(berth));

        await berth.OkAsync("letsencrypt:set", "hello", "profile", "tlsclient");
        var without = await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        Assert.Contains("The server has no profile tlsclient: ordered without it", without, StringComparison.Ordinal);
        var before = await berth.OkAsync("certs:show", "hello", "crt");

        await berth.OkAsync("letsencrypt:set", "hello", "profile", "tlsclient required");
        var refused = await berth.RunAsync("letsencrypt:enable", "hello", "--force");
        Assert.Equal(1, refused.Status);
        Assert.Contains("tlsclient", refused.Error, StringComparison.Ordinal);
        Assert.Contains("shortlived", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.Equal(2, pebble.Orders);
    }

    [Fact]
    public async Task sends_no_profile_to_a_server_that_lists_none()
    {
        await using var pebble = await PebbleAsync(settings => settings with { Strict = true });
        await using var berth = await StartAsync(pebble);
        await berth.OkAsync("letsencrypt:set", "hello", "profile", "shortlived");

        var output = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Contains("The server has no profile shortlived: ordered without it", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task binds_its_account_to_the_customer_a_server_knows_and_keeps_that_key_to_itself()
    {
        await using var pebble = await PebbleAsync(settings => settings with { BindingKeys = new Dictionary<string, string> { ["customer-7"] = HmacKey } });
        await using var berth = await StartAsync(pebble);

        var unbound = await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "eab-kid", "customer-8");
        await berth.OkAsync("letsencrypt:set", "hello", "eab-hmac-key", HmacKey);
        var foreign = await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "eab-kid", "customer-7");
        var output = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal(1, unbound.Status);
        Assert.Contains("letsencrypt:set", unbound.Error, StringComparison.Ordinal);
        Assert.Contains("eab-kid", unbound.Error, StringComparison.Ordinal);
        Assert.Equal(1, foreign.Status);
        Assert.Equal("hello.example.com\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
        var shown = output + foreign + unbound + berth.Log + await berth.OkAsync("letsencrypt:report", "hello") + await berth.OkAsync("report", "hello");
        Assert.DoesNotContain(HmacKey, shown, StringComparison.Ordinal);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode($"{berth.Lib}/config/letsencrypt/hello/eab-hmac-key"));
    }

    [Fact]
    public async Task names_the_certificate_it_replaces_and_orders_without_that_where_the_server_will_not_have_it()
    {
        NewerPebble.Require();
        await using var pebble = await NewerAsync();
        await using var berth = await StartAsync(pebble);
        using var scratch = new ScratchFolder();
        await berth.OkAsync("letsencrypt:enable", "hello");
        await Eventually.TrueAsync(() => Task.FromResult(IdIn(berth) is not null));
        var (folder, kept) = ($"{berth.Home}/hello", scratch["kept"]);
        await ExternalProgram.SucceedAsync("cp", ["-a", folder, kept]);

        var renewed = await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        // As from a backup of the time before: the server knows that this certificate has been replaced already.
        await berth.StopAsync();
        Directory.Delete(folder, recursive: true);
        await ExternalProgram.SucceedAsync("cp", ["-a", kept, folder]);
        await berth.RestartAsync();
        var again = await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.DoesNotContain("would not count this as a renewal", renewed, StringComparison.Ordinal);
        Assert.Contains("The server would not count this as a renewal", again, StringComparison.Ordinal);
        Assert.Contains("Certificate retrieved successfully.", again, StringComparison.Ordinal);
        Assert.Equal(3, pebble.Orders);
    }

    /// <summary>An order in place of another is no new one to the limits; one that the server will not have so is.</summary>
    [Fact]
    public async Task is_held_back_by_a_limit_where_the_server_will_not_have_it_in_place_of_another()
    {
        NewerPebble.Require();
        await using var pebble = await PebbleAsync(settings => settings with { Program = NewerPebble.Path, Profiles = new Dictionary<string, TimeSpan> { ["default"] = TimeSpan.FromMinutes(10) } });
        await using var berth = await StartAsync(pebble);
        using var scratch = new ScratchFolder();
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/certificates-per-set=1/7d");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await Eventually.TrueAsync(() => Task.FromResult(IdIn(berth) is not null));
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        var (folder, kept) = ($"{berth.Home}/hello", scratch["kept"]);
        await ExternalProgram.SucceedAsync("cp", ["-a", folder, kept]);
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        await berth.StopAsync();
        Directory.Delete(folder, recursive: true);
        await ExternalProgram.SucceedAsync("cp", ["-a", kept, folder]);
        await berth.RestartAsync();
        var orders = pebble.Orders;

        var again = await berth.RunAsync("letsencrypt:enable", "hello", "--force");

        Assert.Single(again.Output.Split('\n'), line => line.Contains("The server would not count this as a renewal", StringComparison.Ordinal));
        Assert.Contains("would refuse this order, so it was not asked. The limit certificates-per-set of", again.Error, StringComparison.Ordinal);
        Assert.Equal((1, orders), (again.Status, pebble.Orders));
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
    }

    private static string? IdIn(BerthServer berth) =>
        File.Exists($"{berth.Home}/hello/letsencrypt/advice.json") && JsonNode.Parse(File.ReadAllText($"{berth.Home}/hello/letsencrypt/advice.json")) is { } advice
            ? advice["certificateId"]?.GetValue<string>()
            : null;

    private static Task<PebbleServer> PebbleAsync(Func<PebbleSettings, PebbleSettings>? change = null)
    {
        var settings = new PebbleSettings { HttpPort = FreePort.Next() };
        return PebbleServer.StartAsync(change?.Invoke(settings) ?? settings);
    }

    private static Task<PebbleServer> NewerAsync() => PebbleAsync(settings => settings with
    {
        Program = NewerPebble.Path,
        Profiles = new Dictionary<string, TimeSpan> { ["default"] = TimeSpan.FromDays(90), ["shortlived"] = TimeSpan.FromHours(160) },
    });

    private static async Task<BerthServer> StartAsync(PebbleServer pebble)
    {
        var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, pebble.HttpPort);
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        return berth;
    }

    private static async Task<X509Certificate2> LeafAsync(BerthServer berth) => X509Certificate2.CreateFromPem(await berth.OkAsync("certs:show", "hello", "crt"));

    private static async Task<string> KeyAsync(BerthServer berth)
    {
        using var leaf = await LeafAsync(berth);
        return Convert.ToHexString(leaf.GetPublicKey());
    }

    private static async Task<int> HoursAsync(BerthServer berth)
    {
        using var leaf = await LeafAsync(berth);
        return (int)Math.Round((leaf.NotAfter - leaf.NotBefore).TotalHours);
    }

    /// <summary>The issuer of the last certificate of the chain in service.</summary>
    private static async Task<string> TopAsync(BerthServer berth)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(await berth.OkAsync("certs:show", "hello", "crt"));
        return chain[^1].Issuer;
    }
}
