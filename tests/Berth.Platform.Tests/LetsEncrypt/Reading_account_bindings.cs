using Berth.Acme.Accounts;
using Berth.Platform.LetsEncrypt;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>What servers that know their customers gave out, for one server or for each of several.</summary>
public sealed class Reading_account_bindings
{
    private static readonly Uri One = new("https://acme.one.example/directory");
    private static readonly Uri Two = new("https://two.example:8443/directory");

    [Fact]
    public void gives_the_only_server_what_is_set()
    {
        var bindings = new AccountBindings("kid_a=b", "c2VjcmV0c2VjcmV0c2VjcmV0==", HasSeveral: false);

        Assert.Equal(new ExternalAccountBinding("kid_a=b", "c2VjcmV0c2VjcmV0c2VjcmV0=="), bindings.At(One));
    }

    [Fact]
    public void gives_each_of_several_its_own()
    {
        var bindings = new AccountBindings("acme.one.example=first TWO.example:8443=second", "two.example:8443=key2= acme.one.example=key1", HasSeveral: true);

        Assert.Equal(new ExternalAccountBinding("first", "key1"), bindings.At(One));
        Assert.Equal(new ExternalAccountBinding("second", "key2="), bindings.At(Two));
        Assert.Null(bindings.At(new Uri("https://two.example/directory")));
    }

    /// <summary>It is another's to whom it was not given.</summary>
    [Fact]
    public void gives_several_servers_what_is_set_for_none_of_them_only_where_they_want_one()
    {
        var bindings = new AccountBindings("kid two.example:8443=second", "key two.example:8443=key2", HasSeveral: true);

        Assert.Equal(new ExternalAccountBinding("kid", "key") { OnlyWhereRequired = true }, bindings.At(One));
        Assert.Equal(new ExternalAccountBinding("second", "key2"), bindings.At(Two));
    }

    [Theory]
    [InlineData(null, "key")]
    [InlineData("kid", null)]
    [InlineData("kid", "two.example:8443=key")]
    [InlineData("", " ")]
    public void gives_none_where_a_half_is_missing(string? ids, string? keys) => Assert.Null(new AccountBindings(ids, keys, HasSeveral: false).At(One));

    [Fact]
    public void keeps_keys_out_of_text() => Assert.DoesNotContain("key1", new AccountBindings("kid", "key1", HasSeveral: false).ToString(), StringComparison.Ordinal);
}
