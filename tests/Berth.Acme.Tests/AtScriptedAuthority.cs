namespace Berth.Acme.Tests;

/// <summary>Tests of one guest at one scripted authority, both made anew for each test.</summary>
public abstract class AtScriptedAuthority : IAsyncLifetime
{
    private protected ScriptedAuthority Authority { get; private set; } = null!;

    private protected Guest Guest { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Authority = await ScriptedAuthority.StartAsync();
        Guest = new Guest(Authority);
    }

    public async ValueTask DisposeAsync()
    {
        Guest.Dispose();
        await Authority.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
