using Berth.Acme.Limits;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.Properties;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A server's limits are set while orders are under way there.</summary>
public sealed class Setting_limits_anew : IDisposable
{
    private static readonly Uri Server = new("https://acme.example.com/directory");
    private static readonly PlannedOrder Order = new() { Account = "you@example.com", Names = ["a.example.com"] };
    private readonly Room _room = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task loses_nothing_that_either_has_counted()
    {
        var ledgers = Open();
        Set("new-orders=5/3h");
        var underWay = await ledgers.OfAsync(Server);
        await underWay.OrderedAsync(Order, Cancel);

        Set("new-orders=7/3h");
        var anew = await ledgers.OfAsync(Server);
        await anew.OrderedAsync(Order, Cancel);
        await anew.OrderedAsync(Order, Cancel);
        await underWay.OrderedAsync(Order, Cancel);

        Assert.Equal(7, Assert.Single(anew.States()).Of);
        foreach (var (ledger, limits, left) in new[] { (underWay, "new-orders=5/3h", 1), (anew, "new-orders=7/3h", 3) })
        {
            Assert.Equal(left, Assert.Single(ledger.States()).Left);
            Assert.Equal(left, Assert.Single((await OpenAtAsync(limits)).States()).Left);
        }
    }

    [Fact]
    public async Task is_heeded_from_then_on_and_reads_no_file_again()
    {
        var ledgers = Open();
        Set("new-orders=2/3h");
        var before = await ledgers.OfAsync(Server);
        Assert.Same(before, await ledgers.OfAsync(Server));
        await before.OrderedAsync(Order, Cancel);
        Directory.Delete(_room.Lib("data/letsencrypt/--global/limits"), recursive: true);

        Set("new-orders=1/3h");

        Assert.True(before.Check(Order).MayGo);
        Assert.False((await ledgers.OfAsync(Server)).Check(Order).MayGo);
    }

    private Ledgers Open() => new(_room.Store, new LetsEncryptSettingsStore(_room.Properties, _room.Config), TimeProvider.System);

    private Task<RateLedger> OpenAtAsync(string limits)
    {
        Set(limits);
        return Open().OfAsync(Server);
    }

    private void Set(string limits) =>
        _room.Properties.Set(LetsEncryptSettingsStore.Feature, PropertyStore.Global, LetsEncryptSettingsStore.Limits, $"{Server.Host}/{limits}");
}
