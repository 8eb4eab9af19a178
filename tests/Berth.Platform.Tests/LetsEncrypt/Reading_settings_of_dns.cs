using Berth.Acme.Dns;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Challenges;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The provider an app proves its names with, and its variables.</summary>
public sealed class Reading_settings_of_dns : IDisposable
{
    private const string TokenFile = "dns-provider-CF_DNS_API_TOKEN_FILE";
    private readonly Room _room = new();
    private readonly DnsChoice _dns;

    public Reading_settings_of_dns()
    {
        _dns = new DnsChoice(_room.Properties, _room.Store.Roots, TimeProvider.System);
        _room.Properties.Set(LetsEncryptSettingsStore.Feature, "hello", "dns-provider", "cloudflare");
    }

    public void Dispose()
    {
        _dns.Dispose();
        _room.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public void takes_a_file_that_is_not_named_for_a_setting_that_is_missing(string written)
    {
        _room.Properties.SetEvenIfEmpty(LetsEncryptSettingsStore.Feature, "hello", TokenFile, written);
        Assert.Equal(DnsProblems.SettingMissing, Assert.Throws<ProblemException>(() => _dns.SolversOf(Room.App)).Problem.Code);
    }

    [Fact]
    public void gives_the_same_solver_until_the_file_of_a_secret_is_another()
    {
        var file = _room.Scratch["token"];
        _room.Properties.Set(LetsEncryptSettingsStore.Feature, "hello", TokenFile, file);
        AtomicFile.Write(file, "one");
        var first = _dns.SolversOf(Room.App)[0];
        Assert.Same(first, _dns.SolversOf(Room.App)[0]);

        // Another, though it claims to be as old.
        var written = File.GetLastWriteTimeUtc(file);
        AtomicFile.Write(file, "two");
        File.SetLastWriteTimeUtc(file, written);
        Assert.NotSame(first, _dns.SolversOf(Room.App)[0]);
    }
}
