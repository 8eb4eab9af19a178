using Berth.TestKit;

namespace Berth.Specs;

/// <summary>One daemon for the specifications that only differ in their apps; each test uses apps of its own name.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public BerthServer Berth { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Berth = await BerthServer.StartAsync();
        await Berth.OkAsync("domains:set-global", "localhost");
        await Berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
    }

    public ValueTask DisposeAsync() => Berth.DisposeAsync();
}
