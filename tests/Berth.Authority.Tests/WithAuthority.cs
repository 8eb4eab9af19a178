using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>What most tests start from: an authority, and a web server its HTTP-01 validation reaches.</summary>
public abstract class WithAuthority : IAsyncLifetime
{
    private protected AuthorityInScratch Authority { get; private set; } = null!;

    private protected ChallengeHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await ChallengeHost.StartAsync();
        Authority = await AuthorityInScratch.StartAsync(options => Change(options with { HttpPort = Host.Port }), Time);
    }

    public async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual AuthorityOptions Change(AuthorityOptions options) => options;

    private protected virtual TimeProvider? Time => null;
}
