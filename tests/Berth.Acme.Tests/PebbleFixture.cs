using Berth.Acme.Tests;
using Berth.TestKit;

[assembly: AssemblyFixture(typeof(PebbleFixture))]

namespace Berth.Acme.Tests;

/// <summary>One Pebble with its usual nonce rejections for all tests; each uses names of its own.</summary>
public sealed class PebbleFixture : IAsyncLifetime
{
    private ChallengeServer? _challenges;
    private TlsAlpnServer? _tls;
    private PebbleServer? _pebble;

    public ChallengeServer Challenges => _challenges!;

    internal TlsAlpnServer Tls => _tls!;

    public PebbleServer Pebble => _pebble!;

    public async ValueTask InitializeAsync()
    {
        _challenges = await ChallengeServer.StartAsync();
        _tls = new TlsAlpnServer();
        _pebble = await PebbleServer.StartAsync(
            new PebbleSettings { HttpPort = _challenges.Port, TlsPort = _tls.Port, ChainLength = 2, AlternateRoots = 2 });
    }

    public async ValueTask DisposeAsync()
    {
        if (_pebble is not null)
        {
            await _pebble.DisposeAsync();
        }

        if (_tls is not null)
        {
            await _tls.DisposeAsync();
        }

        if (_challenges is not null)
        {
            await _challenges.DisposeAsync();
        }
    }
}
