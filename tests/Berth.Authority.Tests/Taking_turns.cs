using CsCheck;

namespace Berth.Authority.Tests;

/// <summary>No account waits for all that another has asked for.</summary>
public sealed class Taking_turns
{
    [Fact]
    public void hands_out_every_item_once_and_never_more_of_a_lane_than_it_may() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[0, 5].List[0, 60]).Sample((most, items) =>
        {
            var lanes = new FairLanes<(int Lane, int Number)>(item => $"{item.Lane}", most);
            var ready = items.Select((lane, number) => lanes.Add((lane, number))).Count(isReady => isReady);
            var (seen, taken) = (new List<(int Lane, int Number)>(), new Queue<(int Lane, int Number)>());
            while (ready > 0 || taken.Count > 0)
            {
                for (; ready > 0; ready--)
                {
                    Assert.True(lanes.TryTake(out var item));
                    seen.Add(item);
                    taken.Enqueue(item);
                }

                Assert.All(taken.CountBy(item => item.Lane), lane => Assert.InRange(lane.Value, 1, most));
                ready += lanes.Done(taken.Dequeue()) ? 1 : 0;
            }

            Assert.False(lanes.TryTake(out _));
            Assert.Equal(items.Select((lane, number) => (lane, number)).Order(), seen.Select(item => (item.Lane, item.Number)).Order());
            Assert.All(seen.GroupBy(item => item.Lane), lane => Assert.Equal(lane.OrderBy(item => item.Number), lane));
        });

    [Fact]
    public async Task lets_a_second_account_in_while_a_first_has_filled_its_half_of_the_workers()
    {
        using var gate = new SemaphoreSlim(0);
        var done = new TaskCompletionSource();
        await using var queue = new WorkQueue<string>(4, 100, async (item, cancel) =>
        {
            if (item == "b")
            {
                done.SetResult();
                return;
            }

            await gate.WaitAsync(cancel);
        }, item => item);
        for (var i = 0; i < 50; i++)
        {
            Assert.True(queue.TryReserve());
            queue.Add("a");
        }

        Assert.True(queue.TryReserve());
        queue.Add("b");

        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }
}
