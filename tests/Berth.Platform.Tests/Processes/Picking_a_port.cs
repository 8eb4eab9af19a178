using System.Net;
using System.Net.Sockets;
using Berth.Kernel;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Supervision;

namespace Berth.Platform.Tests.Processes;

public sealed class Picking_a_port
{
    [Fact]
    public void goes_round_so_that_one_given_back_rests()
    {
        var range = FreeRange(4);
        var pool = new PortPool(range, new Chance(new Random(1)));

        var first = pool.Take();
        pool.Release(first);
        var others = new[] { pool.Take(), pool.Take(), pool.Take() };

        Assert.DoesNotContain(first, others);
        Assert.Equal(first, pool.Take());
        Assert.Equal(ProcessProblems.PortsExhausted, Assert.Throws<ProblemException>(() => pool.Take()).Problem.Code);
    }

    [Fact]
    public void leaves_out_what_adopted_processes_have()
    {
        var range = FreeRange(2);
        var pool = new PortPool(range, new Chance(new Random(1)));
        pool.Claim(range.First);

        Assert.Equal(range.Last, pool.Take());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    [InlineData("::")]
    public void sees_a_listener_on_any_address(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();

        Assert.False(PortPool.IsFree(((IPEndPoint)listener.LocalEndpoint).Port));
    }

    /// <summary>Neighbours that are free now, outside of the ranges that others use.</summary>
    private static PortRange FreeRange(int count)
    {
        var random = new Random();
        while (true)
        {
            var first = random.Next(10000, 19000);
            if (Enumerable.Range(first, count).All(PortPool.IsFree))
            {
                return new PortRange(first, first + count - 1);
            }
        }
    }
}
