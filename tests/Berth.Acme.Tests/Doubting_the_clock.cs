using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>By this machine's clock the server's TLS certificate is not valid: whose fault that is.</summary>
public sealed class Doubting_the_clock
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData(10, 20, 15)]
    [InlineData(-20, -10, -15)]
    public async Task names_the_clock_where_the_servers_own_says_another_time(int from, int until, int clock)
    {
        await using var authority = await ScriptedAuthority.StartAsync(LoopbackCertificate.Create(TimeSpan.FromDays(from), TimeSpan.FromDays(until)));
        using var guest = GuestOf(authority, authority.Certificate);
        var theirs = Now.AddDays(clock);
        authority.Scripts["/"] = context =>
        {
            context.Response.Headers.Date = theirs.ToString("r", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };

        var problem = (await guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ClockWrong, problem.Code);
        Assert.Contains($" says {theirs.UtcDateTime:yyyy-MM-dd HH:mm} UTC", problem.Found, StringComparison.Ordinal);
        Assert.Contains("timedatectl set-ntp true", problem.Remedy, StringComparison.Ordinal);
        Assert.True(AcmeProblems.IsTransient(problem.Code));

        // Over a connection that is half trusted nothing but the time is asked.
        Assert.All(authority.Requests, request => Assert.Equal("/", request.Path));
    }

    [Fact]
    public async Task does_not_blame_a_clock_that_agrees_with_the_servers()
    {
        await using var authority = await ScriptedAuthority.StartAsync(LoopbackCertificate.Create(TimeSpan.FromDays(-20), TimeSpan.FromDays(-10)));
        using var guest = GuestOf(authority, authority.Certificate);
        authority.Scripts["/"] = _ => Task.CompletedTask;

        var problem = (await guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ServerNotTrusted, problem.Code);
        Assert.Contains("its clock agrees with this machine's", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task believes_no_server_that_cannot_be_trusted_for_other_reasons_as_well()
    {
        using var other = LoopbackCertificate.Create();
        await using var authority = await ScriptedAuthority.StartAsync(LoopbackCertificate.Create(TimeSpan.FromDays(-20), TimeSpan.FromDays(-10)));
        using var guest = GuestOf(authority, other);

        var problem = (await guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ServerNotTrusted, problem.Code);
        Assert.Contains("clock", problem.Remedy, StringComparison.Ordinal);
        Assert.Empty(authority.Requests);
    }

    [Fact]
    public async Task names_both_where_it_cannot_ask()
    {
        await using var authority = await ScriptedAuthority.StartAsync(LoopbackCertificate.Create(TimeSpan.FromDays(10), TimeSpan.FromDays(20)));
        using var guest = new Guest(authority);

        var problem = (await guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ServerNotTrusted, problem.Code);
        Assert.Contains("Look at this machine's clock first", problem.Remedy, StringComparison.Ordinal);
    }

    private static Guest GuestOf(ScriptedAuthority authority, X509Certificate2 trusted) => new(authority)
    {
        DatesAside = LoopbackCertificate.CreateClient(trusted, flags: X509VerificationFlags.IgnoreNotTimeValid),
    };
}
