using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests;

/// <summary>By this machine's clock the server's TLS certificate is not valid: whose fault that is.</summary>
public sealed class Doubting_the_clock
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>The certificate's times and the server's own, in hours from now.</summary>
    [Theory]
    [InlineData(240, 480, 360, "is")]
    [InlineData(-480, -240, -360, "seems to be")]
    [InlineData(0.1, 48, 0.3, "is")]
    [InlineData(-48, -0.1, -0.3, "seems to be")]
    public async Task doubts_the_clock_where_the_certificate_is_valid_at_the_time_that_the_server_tells(double from, double until, double clock, string verb)
    {
        await using var authority = await ScriptedAuthority.StartAsync(LoopbackCertificate.Create(TimeSpan.FromHours(from), TimeSpan.FromHours(until)));
        using var guest = GuestOf(authority, authority.Certificate);
        var theirs = Tell(authority, clock);

        var problem = (await guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ClockWrong, problem.Code);
        Assert.StartsWith($"This machine's clock {verb} wrong: it says ", problem.Found, StringComparison.Ordinal);
        Assert.Contains($" says {theirs.UtcDateTime:yyyy-MM-dd HH:mm} UTC", problem.Found, StringComparison.Ordinal);
        Assert.Contains("timedatectl set-ntp true", problem.Remedy, StringComparison.Ordinal);
        Assert.True(AcmeProblems.IsTransient(problem.Code));

        // Over a connection that is half trusted nothing but the time is asked.
        Assert.All(authority.Requests, request => Assert.Equal("/", request.Path));
    }

    /// <summary>However far its clock is off.</summary>
    [Theory]
    [InlineData(-480, -240, 0)]
    [InlineData(-480, -240, -1000)]
    [InlineData(-480, -240, 1000)]
    [InlineData(240, 480, 1000)]
    [InlineData(240, 480, 100)]
    public async Task doubts_the_certificate_where_it_is_valid_by_neither_clock(double from, double until, double clock)
    {
        await using var authority = await ScriptedAuthority.StartAsync(LoopbackCertificate.Create(TimeSpan.FromHours(from), TimeSpan.FromHours(until)));
        using var guest = GuestOf(authority, authority.Certificate);
        var theirs = Tell(authority, clock);

        using var client = new AcmeClient(guest.Options, guest.Http, guest.Accounts, guest.Time, asOf: guest.AsOf);
        var problem = (await Assert.ThrowsAsync<ProblemException>(() => guest.IssueAsync(client))).Problem;

        Assert.Equal(AcmeProblems.ServerNotTrusted, problem.Code);
        Assert.Contains($"nor by its own ({theirs.UtcDateTime:yyyy-MM-dd HH:mm} UTC)", problem.Found, StringComparison.Ordinal);
        Assert.DoesNotContain("timedatectl", problem.Remedy, StringComparison.Ordinal);

        // Nor is its word taken for what time it is.
        Assert.Null(client.ClockSkew);
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
        AsOf = time => LoopbackCertificate.CreateClientAsOf(time, trusted),
    };

    private static DateTimeOffset Tell(ScriptedAuthority authority, double hours)
    {
        var theirs = Now.AddHours(hours);
        authority.Scripts["/"] = context =>
        {
            context.Response.Headers.Date = theirs.ToString("r", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };
        return theirs;
    }
}
