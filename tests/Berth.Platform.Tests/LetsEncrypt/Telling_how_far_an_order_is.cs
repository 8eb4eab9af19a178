using Berth.Acme.Issuing;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Telling_how_far_an_order_is
{
    [Fact]
    public void has_words_of_its_own_for_each_step()
    {
        string[] words = [.. Enum.GetValues<IssuanceStepKind>().Select(OrdersUnderWay.Watched.Spoken)];

        Assert.DoesNotContain("changed", words);
        Assert.Equal(words.Length, words.Distinct().Count());
    }
}
