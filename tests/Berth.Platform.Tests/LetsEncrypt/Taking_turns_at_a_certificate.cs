using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt;

public sealed class Taking_turns_at_a_certificate
{
    private static readonly AppName Hello = AppName.Parse("hello");

    [Theory]
    [InlineData(184, "ca.example is being asked", "It has taken 3m, 4s by now: ca.example is being asked")]
    [InlineData(0, null, "It has just begun")]
    public async Task says_how_long_the_other_has_been_at_it_and_what_it_waits_for(int seconds, string? underWay, string told)
    {
        var (clock, heard) = (new FakeTimeProvider(), new Heard());
        var gates = new AppGates(_ => underWay, clock);
        var first = await gates.EnterAsync(Hello, new Heard().Output, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(seconds));

        var second = gates.EnterAsync(Hello, heard.Output, TestContext.Current.CancellationToken);

        Assert.Equal(
            $"""
            -----> Waiting for what is under way with the certificate of hello to end...
                   {told}
                   How it goes on: `berth letsencrypt:status hello`

            """,
            heard.Text);
        first.Dispose();
        (await second).Dispose();
    }
}
