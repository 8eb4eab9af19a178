using Berth.Acme.Tests;
using Berth.TestKit;

[assembly: AssemblyFixture(typeof(NewerPebbleFixture))]

namespace Berth.Acme.Tests;

/// <summary>One Pebble 2.10 for all tests that need what it speaks; nothing where it is not there.</summary>
public sealed class NewerPebbleFixture : IAsyncLifetime
{
    private ChallengeServer? _challenges;
    private PebbleServer? _pebble;

    public ChallengeServer Challenges => _challenges!;

    public PebbleServer Pebble => _pebble!;

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(NewerPebble.Path))
        {
            _challenges = await ChallengeServer.StartAsync();
            _pebble = await PebbleServer.StartAsync(new PebbleSettings
            {
                Program = NewerPebble.Path,
                HttpPort = _challenges.Port,
                Profiles = new Dictionary<string, TimeSpan>
                {
                    ["default"] = TimeSpan.FromDays(90),
                    ["shortlived"] = TimeSpan.FromHours(160),
                },
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_pebble is not null)
        {
            await _pebble.DisposeAsync();
        }

        if (_challenges is not null)
        {
            await _challenges.DisposeAsync();
        }
    }
}
