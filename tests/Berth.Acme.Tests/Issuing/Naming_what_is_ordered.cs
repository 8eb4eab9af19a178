using Berth.Acme.Issuing;
using Berth.Kernel;
using CsCheck;

namespace Berth.Acme.Tests.Issuing;

/// <summary>Let's Encrypt refuses an order with a name that a wildcard on it stands for already.</summary>
public sealed class Naming_what_is_ordered
{
    private static readonly PendingOrder Order = new()
    {
        DirectoryUrl = "https://ca.example/dir",
        AccountUrl = "https://ca.example/account/1",
        Names = ["*.v.example", "v.example"],
        KeyType = KeyType.P256,
        PrivateKeyPem = "",
        Stage = OrderStage.Ordered,
        OrderUrl = "https://ca.example/order/1",
    };

    [Theory]
    [InlineData("v.example *.v.example a.v.example b.v.example", "*.v.example v.example")]
    [InlineData("a.b.v.example *.v.example *.b.v.example", "*.b.v.example *.v.example")]
    [InlineData("b.example a.example a.example", "a.example b.example")]
    [InlineData("192.0.2.1 2001:db8::1 host", "192.0.2.1 2001:db8::1 host")]
    public void leaves_out_what_a_wildcard_stands_for(string names, string ordered) => Assert.Equal(ordered, string.Join(' ', OrderNames.Of(names.Split(' '))));

    /// <summary>Once a wildcard has failed, the names that it was to stand for are ordered by themselves.</summary>
    [Theory]
    [InlineData("v.example *.v.example a.v.example", "", "*.v.example v.example", true)]
    [InlineData("v.example *.v.example a.v.example", "*.v.example", "a.v.example v.example", true)]
    [InlineData("v.example *.v.example a.v.example", "*.v.example", "v.example", false)]
    [InlineData("v.example a.v.example", "", "*.v.example v.example", false)]
    [InlineData("v.example", "*.v.example", "v.example", false)]
    public void knows_an_order_again_that_went_without_some(string wanted, string leftOut, string ordered, bool isFor)
    {
        FailedName[] failed = [.. leftOut.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new FailedName(name, "acme-validation-dns", "no"))];

        Assert.Equal(isFor, (Order with { Names = ordered.Split(' '), LeftOut = failed }).IsFor(wanted.Split(' ')));
    }

    [Fact]
    public void orders_them_by_themselves_once_their_wildcard_has_failed()
    {
        var request = new IssuanceRequest { Names = [.. "v.example *.v.example a.v.example".Split(' ').Select(DomainName.Parse)] };

        Assert.Equal(["*.v.example", "v.example"], request.SortedNames());
        Assert.Equal(["a.v.example", "v.example"], request.Without([new FailedName("*.v.example", "acme-validation-dns", "no")]).SortedNames());
    }

    [Fact]
    public void survives_any_names() => Gen.String.Array.Sample(names => OrderNames.Of(names));
}
