using Berth.Acme.Protocol;
using Berth.Authority.Front;
using CsCheck;

namespace Berth.Authority.Tests;

public sealed class Making_nonces
{
    [Fact]
    public void takes_each_one_once_in_any_order() => Gen.Shuffle(Enumerable.Range(0, 50).ToArray()).Sample(order =>
    {
        var pool = new NoncePool();
        var nonces = order.Select(_ => pool.Next()).ToList();
        Assert.All(order, i => Assert.True(pool.TryTake(nonces[i])));
        Assert.All(order, i => Assert.False(pool.TryTake(nonces[i])));
    });

    [Fact]
    public void forgets_what_is_older_than_its_window_and_nothing_younger()
    {
        var pool = new NoncePool();
        var (old, oldest) = (pool.Next(), pool.Next());
        for (var i = 0; i < NoncePool.Window - 1; i++)
        {
            pool.Next();
        }

        Assert.False(pool.TryTake(old));
        Assert.True(pool.TryTake(oldest));
    }

    [Fact]
    public void takes_none_of_another_run() => Assert.False(new NoncePool().TryTake(new NoncePool().Next()));

    [Fact]
    public void takes_no_nonce_with_a_bit_changed() => Gen.Int[0, 79].Sample(bit =>
    {
        var pool = new NoncePool();
        StrictBase64Url.TryDecode(pool.Next(), out var bytes);
        bytes![bit / 8] ^= (byte)(1 << (bit % 8));
        Assert.False(pool.TryTake(StrictBase64Url.Encode(bytes)));
    });
}
