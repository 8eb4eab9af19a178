using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Tests.Support;

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

    /// <summary>Announced is what is tried first; which challenges a server offers it tells with the order.</summary>
    [Theory]
    [InlineData("dns-persist-01", "")]
    [InlineData("http-01", "       The server offers no DNS-PERSIST-01 for app.example.com that can be answered: HTTP-01 is used\n")]
    public void says_which_challenge_is_used_where_it_is_another_than_was_announced(string used, string told)
    {
        var said = new Recorder();
        var chosen = new ChosenSolvers([new UnusedSolver("dns-persist-01"), new UnusedSolver("http-01")], "DNS-PERSIST-01", false, new ProofHistory());

        new IssuanceLines(said.Output, chosen).Report(new IssuanceStep(IssuanceStepKind.ChallengePresented, "app.example.com", used));

        Assert.Equal(told, said.Text);
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
