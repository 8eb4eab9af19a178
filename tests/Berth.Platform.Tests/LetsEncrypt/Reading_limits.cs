using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Tests.Support;
using CsCheck;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>What servers count, as users set it, and where the count is kept.</summary>
public sealed class Reading_limits : IDisposable
{
    private static readonly Uri Example = new("https://acme.example.com/directory");
    private readonly Room _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public void takes_a_word_for_each_server()
    {
        const string text = "acme.example.com/new-orders=300/3h,certificates-per-domain=50/7d other.example:14000/none";
        Assert.Null(LimitWords.Refuse(text));
        Assert.Equal(
            [new RateLimit(LimitKind.NewOrders, 300, TimeSpan.FromHours(3)), new RateLimit(LimitKind.CertificatesPerDomain, 50, TimeSpan.FromDays(7))],
            LimitWords.Of(Example, text).All);
        Assert.Empty(LimitWords.Of(new Uri("https://other.example:14000/d"), text).All);
    }

    [Fact]
    public void puts_what_was_set_in_the_place_of_what_is_known()
    {
        var limits = LimitWords.Of(new Uri("https://acme-v02.api.letsencrypt.org/directory"), "acme-v02.api.letsencrypt.org/certificates-per-domain=500/7d");
        Assert.Equal(RateLimits.LetsEncrypt.All.Count, limits.All.Count);
        Assert.Equal(500, limits.All.Single(limit => limit.Kind == LimitKind.CertificatesPerDomain).Count);
    }

    [Theory]
    [InlineData("acme.example.com")]
    [InlineData("/none")]
    [InlineData("acme.example.com/orders=1/1h")]
    [InlineData("acme.example.com/new-orders=0/1h")]
    [InlineData("acme.example.com/new-orders=1/1w")]
    [InlineData("acme.example.com/new-orders=1/h")]
    [InlineData("acme.example.com/new-orders=1/99999999999h")]
    public void refuses_anything_else(string text) => Assert.NotNull(LimitWords.Refuse(text));

    [Theory]
    [InlineData("acme.example.com/new-orders=1/1h,certs=1/1h", "'acme.example.com/new-orders=1/1h,certs=1/1h' is no list of a server's limits: 'certs=1/1h' is none.")]
    [InlineData("acme.example.com/new-orders=1/1h,new-orders=2/1h", "'acme.example.com/new-orders=1/1h,new-orders=2/1h' is no list of a server's limits.")]
    [InlineData("berth/none", "'berth/none' is no list of a server's limits.")]
    public void says_which_of_them_is_none(string text, string found) => Assert.Equal(found, LimitWords.Refuse(text)?.Found);

    [Theory]
    [InlineData(LimitKind.NewOrders, "", false, "The limit new-orders is used up.")]
    [InlineData(LimitKind.NewOrders, "you@example.com", false, "The limit new-orders of you@example.com is used up.")]
    [InlineData(LimitKind.NewOrders, "you@example.com", true, "What was left of the limit new-orders of you@example.com is for orders that were about to be placed.")]
    [InlineData(LimitKind.NewAccounts, "this machine", true, "What was left of the limit new-accounts of this machine is for accounts that were about to be registered.")]
    public void says_which_holds_an_order_back(LimitKind kind, string subject, bool isSetAside, string words) =>
        Assert.Equal(words, Holds.Reason(new LimitHold { Kind = kind, Subject = subject, IsSetAside = isSetAside, Until = default }));

    [Fact]
    public void survives_any_text() => Gen.String.Sample(text =>
    {
        LimitWords.Refuse(text);
        LimitWords.Of(Example, text);
    });

    [Fact]
    public async Task keeps_every_entry_whatever_the_order_of_changes() => await Gen.Select(Gen.Int[0, 30], Gen.Bool).Array[1, 60].SampleAsync(
        async changes =>
        {
            using var room = new Room();
            var (files, expected) = (new LedgerFiles(room.Store, Example.OriginalString), new Dictionary<string, LedgerEntry>());
            foreach (var (key, removed) in changes)
            {
                var entry = removed ? null : new LedgerEntry { Until = DateTimeOffset.UnixEpoch.AddDays(key), Subject = $"s{key}" };
                await files.SaveAsync(new Dictionary<string, LedgerEntry?> { [$"k{key}"] = entry }, CancellationToken.None);
                expected.Remove($"k{key}");
                if (entry is not null)
                {
                    expected[$"k{key}"] = entry;
                }
            }

            Assert.Equal(expected, await new LedgerFiles(room.Store, Example.OriginalString).LoadAsync(CancellationToken.None));
            Assert.Equal([Example], LedgerFiles.Known(room.Store));
        },
        iter: 20,
        threads: 1);

    [Fact]
    public async Task takes_a_file_that_is_damaged_for_empty()
    {
        var files = new LedgerFiles(_room.Store, Example.OriginalString);
        await files.SaveAsync(new Dictionary<string, LedgerEntry?> { ["k"] = new() { Until = DateTimeOffset.UnixEpoch, Subject = "s" } }, CancellationToken.None);
        foreach (var file in Directory.GetFiles(_room.Lib("data/letsencrypt/--global/limits"), "*.json", SearchOption.AllDirectories))
        {
            AtomicFile.Write(file, "{");
        }

        Assert.Empty(await new LedgerFiles(_room.Store, Example.OriginalString).LoadAsync(CancellationToken.None));
    }
}
