using Berth.Acme.Issuing;
using Berth.Kernel;
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

    [Fact]
    public void names_what_is_waited_for_before_what_is_proved()
    {
        var app = AppName.Parse("shop");
        var orders = new OrdersUnderWay(TimeProvider.System);
        using var watched = orders.Watch(app, "ca.example", new Progress<IssuanceStep>(), isRehearsal: false);
        watched.Report(new IssuanceStep(IssuanceStepKind.OrderCreated));
        watched.Report(new IssuanceStep(IssuanceStepKind.Authorized, "a.example.com"));
        watched.Report(new IssuanceStep(IssuanceStepKind.AlreadyAuthorized, "b.example.com"));
        watched.Report(new IssuanceStep(IssuanceStepKind.Validating, "www.example.com"));

        Assert.EndsWith(": order: ordered; www.example.com: the server is looking; a.example.com: proved; and 1 more", orders.SentenceOf(app), StringComparison.Ordinal);
    }
}
