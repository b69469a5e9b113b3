using Agent.Llm.Resilience;

namespace Agent.Llm.Tests.Resilience;

public class WaitingLineTests
{
    [Fact]
    public async Task Higher_priorities_go_first_and_within_one_who_came_first()
    {
        var line = new WaitingLine(1);
        var place = await line.EnterAsync(0, default);
        int[] priorities = [0, 2, 0, 2, 1];

        var order = await ServeAsync(line, place, priorities);

        order.ShouldBe([1, 3, 4, 0, 2]);
    }

    [Fact]
    public async Task Nobody_starves_behind_a_crowd_that_matters_more()
    {
        var line = new WaitingLine(1);
        var place = await line.EnterAsync(0, default);
        int[] priorities = [-5, .. Enumerable.Repeat(9, 100)];

        var order = await ServeAsync(line, place, priorities);

        order.IndexOf(0).ShouldBeLessThan(WaitingLine.ToTheLongestWaiting);
    }

    [Fact]
    public async Task Who_cancels_leaves_and_takes_nobodys_place()
    {
        var line = new WaitingLine(1);
        var place = await line.EnterAsync(0, default);
        using var cancel = new CancellationTokenSource();
        var leaves = line.EnterAsync(0, cancel.Token).AsTask();
        var stays = line.EnterAsync(0, default).AsTask();

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => leaves);
        line.Length.ShouldBe(1);
        place.Dispose();
        place.Dispose();

        (await stays).Dispose();
        (await line.EnterAsync(0, default)).ShouldNotBeNull();
        line.EnterAsync(0, default).AsTask().IsCompleted.ShouldBeFalse("a place given back twice is still one place");
    }

    /// <summary>All wait at once; each who is served gives the place on.</summary>
    static async Task<List<int>> ServeAsync(WaitingLine line, IDisposable place, int[] priorities)
    {
        var waiting = priorities.Select(priority => line.EnterAsync(priority, default).AsTask()).ToList();
        var order = new List<int>();
        place.Dispose();
        while (order.Count < waiting.Count)
        {
            var served = await Task.WhenAny(waiting.Where((_, index) => !order.Contains(index)));
            order.Add(waiting.IndexOf(served));
            (await served).Dispose();
        }

        return order;
    }
}
