namespace Berth.Acme.Tests;

/// <summary>What a certificate's renewal needs to know of the server it came from, without asking it once more.</summary>
public sealed class Knowing_whether_advice_is_given : AtScriptedAuthority
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task is_what_the_directory_said(bool offers)
    {
        Authority.RenewalInfo = offers;

        Assert.Equal(offers, (await Guest.IssueAsync()).MayHaveAdvice);
    }

    [Fact]
    public async Task asks_nobody_once_the_certificate_is_there()
    {
        var time = new LeapingTime();
        Guest.Time = time;
        Authority.Scripts["/cert/1"] = context =>
        {
            // The directory is out of date from here on, and cannot be read again.
            time.Leap(TimeSpan.FromDays(2));
            Authority.Scripts["/dir"] = late => ScriptedAuthority.RefuseAsync(late, 503, "serverInternal", "Away.");
            return Authority.BehaveAsync(context, "/cert/1", null);
        };

        var issued = await Guest.IssueAsync();

        Assert.Equal([issued], Guest.Stored);
        Assert.False(issued.MayHaveAdvice);
        Assert.Equal("/cert/1", Authority.Requests.Last().Path);
    }
}
