using Berth.Authority.Front;

namespace Berth.Authority.Tests;

/// <summary>Measures this process's memory, and so runs beside nothing else.</summary>
[CollectionDefinition(nameof(Withstanding_a_flood), DisableParallelization = true)]
[Collection(nameof(Withstanding_a_flood))]
public sealed class Withstanding_a_flood : WithAuthority
{
    [Fact]
    public async Task keeps_working_nonces_through_a_flood_of_them()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var pool = new NoncePool();
        for (var i = 0; i < 1_000_000; i++)
        {
            pool.Next();
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 * 1024 * 1024);
        Assert.True(pool.TryTake(pool.Next()));
        Assert.Equal(200, (await client.PostAsync(client.Kid!)).Status);
    }
}
