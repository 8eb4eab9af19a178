using Berth.Kernel;
using Berth.Platform.Apps;
using CsCheck;

namespace Berth.Platform.Tests.Apps;

public sealed class Renaming_domains
{
    private static readonly AppName Shop = AppName.Parse("shop");
    private static readonly AppName Store = AppName.Parse("store");
    private static readonly HashSet<string> Globals = ["localhost", "example.com"];

    [Theory]
    [InlineData("shop.example.com", "store.example.com")]
    [InlineData("shop.localhost", "store.localhost")]
    [InlineData("shop.elsewhere.org", "store.elsewhere.org")]
    [InlineData("shop.com", "shop.com")]
    [InlineData("workshop.example.com", "workshop.example.com")]
    [InlineData("www.shop.com", "www.shop.com")]
    [InlineData("_", "_")]
    [InlineData("# shop.example.com", "# shop.example.com")]
    public void moves_the_names_an_app_had_from_its_name_and_no_other(string before, string after) =>
        Assert.Equal($"a.org\n{after}\n", RenamedDomains.In($"a.org\n{before}\n", Shop, Store, Globals));

    [Theory]
    [InlineData("shop.org", "store.org", "shop.org", "store.org")]
    [InlineData("shop.org", "store", "shop.org", "shop.org")]
    public void follows_an_app_named_by_its_domain_to_another_domain(string from, string to, string before, string after) =>
        Assert.Equal(after, RenamedDomains.In(before, AppName.Parse(from), AppName.Parse(to), Globals));

    [Fact]
    public void changes_nothing_when_asked_a_second_time() => Gen.String[Gen.Char["shopt e.\n_#*"], 0, 60].Sample(text =>
    {
        var once = RenamedDomains.In(text, Shop, Store, Globals);
        Assert.Equal(once, RenamedDomains.In(once, Shop, Store, Globals));
    });
}
