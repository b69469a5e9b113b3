using Agent.Journal.Budgets;
using Agent.Resp;
using Agent.TestKit;

namespace Agent.Journal.Tests.Budgets;

public class When_a_budget_is_shared
{
    [Theory, OnBothServers]
    public async Task Parallel_callers_never_overrun_it(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var account = $"day:{Guid.CreateVersion7()}";
        var ledgers = Enumerable.Range(0, 4).Select(_ => new BudgetLedger(world.Another().Connection)).ToList();
        var most = 0L;

        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            try
            {
                await using var reservation = await ledgers[number % ledgers.Count].ReserveAsync([new BudgetLine(account, "tokens", 10, 500)]);
                await reservation.SettleAsync([10]);
                return 10;
            }
            catch (BudgetExhaustedException)
            {
                return 0;
            }
            finally
            {
                InterlockedMax(ref most, (await ledgers[0].UseAsync(account, "tokens")).Spent);
            }
        }));

        var use = await ledgers[0].UseAsync(account, "tokens");
        use.Spent.ShouldBe(taken.Sum());
        use.Committed.ShouldBe(use.Spent);
        most.ShouldBeLessThanOrEqualTo(500);
        taken.Sum().ShouldBeGreaterThan(0);
    }

    [Theory, OnBothServers]
    public async Task Two_hundred_runs_use_a_cap_to_the_last_bit_and_never_go_over(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var account = $"day:{Guid.CreateVersion7()}";
        var ledgers = Enumerable.Range(0, 4).Select(_ => new BudgetLedger(world.Another().Connection)).ToList();
        var most = 0L;

        // One asks for far too much all the time: nobody else is refused because of it.
        var taken = await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
        {
            var amount = number % 10 == 0 ? 100_000 : 10;
            try
            {
                await using var reservation = await ledgers[number % ledgers.Count].ReserveAsync([new BudgetLine(account, "tokens", amount, 1_800)]);
                InterlockedMax(ref most, (await ledgers[0].UseAsync(account, "tokens")).Committed);
                await reservation.SettleAsync([amount]);
                return amount;
            }
            catch (BudgetExhaustedException)
            {
                return 0;
            }
        }));

        taken.Sum().ShouldBe(1_800);
        (await ledgers[0].UseAsync(account, "tokens")).ShouldBe(new BudgetUse(1_800, 1_800));
        most.ShouldBeLessThanOrEqualTo(1_800);
    }

    [Theory, OnBothServers]
    public async Task What_needs_no_estimate_is_spent_once_for_its_name(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (ledger, account) = (new BudgetLedger(world.Connection), $"day:{Guid.CreateVersion7()}");
        var line = new BudgetLine(account, "tool_calls", 1, 2);

        foreach (var name in (string[])["a", "a", "b", "a"])
        {
            await ledger.SpendAsync(account + name, [line]);
        }

        (await ledger.UseAsync(account, "tool_calls")).ShouldBe(new BudgetUse(2, 2));
        await Should.ThrowAsync<BudgetExhaustedException>(() => ledger.SpendAsync(account + "c", [line]));
        await ledger.SpendAsync(account + "a", [line]);
        (await ledger.AccountsAsync()).ShouldContain(account);
    }

    [Theory, OnBothServers]
    public async Task From_its_soft_limit_on_it_asks(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (ledger, account) = (new BudgetLedger(world.Connection), $"run:{Guid.CreateVersion7()}");
        var line = new BudgetLine(account, "tokens", 50, 100, Soft: 50);
        await (await ledger.ReserveAsync([line])).SettleAsync([50]);

        (await Should.ThrowAsync<BudgetAskException>(() => ledger.ReserveAsync([line]))).Message.ShouldContain("50 of 100 tokens");

        await using var allowed = await ledger.ReserveAsync([line with { Soft = long.MaxValue }]);
        (await ledger.UseAsync(account, "tokens")).Committed.ShouldBe(100);
    }

    [Theory, OnBothServers]
    public async Task A_process_that_vanishes_between_reserve_and_settle_leaks_nothing(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (watcher, account) = (new BudgetLedger(world.Connection), "day:vanished");
        var vanishing = world.Another().Connection;
        _ = await new BudgetLedger(vanishing, aliveFor: TimeSpan.FromSeconds(1)).ReserveAsync([new BudgetLine(account, "tokens", 80, 100), new BudgetLine("installation", "tokens", 80, 100)]);
        (await watcher.UseAsync(account, "tokens")).Committed.ShouldBe(80);

        // What the store sees of a kill -9: no sign of life any more, and no last word.
        await vanishing.DisposeAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await watcher.ReleaseOrphansAsync(patience.Token) == 0)
        {
            await Task.Delay(100, patience.Token);
        }

        (await watcher.UseAsync(account, "tokens")).ShouldBe(new BudgetUse(0, 0));
        (await watcher.UseAsync("installation", "tokens")).ShouldBe(new BudgetUse(0, 0));
    }

    [Theory, OnBothServers]
    public async Task What_is_not_used_is_there_for_others(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (ledger, account) = (new BudgetLedger(world.Connection), $"run:{Guid.CreateVersion7()}");

        await using (var settled = await ledger.ReserveAsync([new BudgetLine(account, "tokens", 90, 100)]))
        {
            await Should.ThrowAsync<BudgetExhaustedException>(() => ledger.ReserveAsync([new BudgetLine(account, "tokens", 20, 100)]));
            await settled.SettleAsync([15]);
        }

        await using (await ledger.ReserveAsync([new BudgetLine(account, "tokens", 85, 100)]))
        {
            (await ledger.UseAsync(account, "tokens")).ShouldBe(new BudgetUse(15, 100));
        }

        (await ledger.UseAsync(account, "tokens")).ShouldBe(new BudgetUse(15, 15));
    }

    [Theory, OnBothServers]
    public async Task One_account_without_room_leaves_the_others_untouched(ServerKind kind)
    {
        await using var world = await JournalWorld.OnAsync(kind);
        var (ledger, run, day) = (new BudgetLedger(world.Connection), $"run:{Guid.CreateVersion7()}", $"day:{Guid.CreateVersion7()}");

        var refused = await Should.ThrowAsync<BudgetExhaustedException>(() => ledger.ReserveAsync([new BudgetLine(run, "tokens", 50, 100), new BudgetLine(day, "tokens", 50, 40)]));

        refused.Line!.Account.ShouldBe(day);
        refused.Message.ShouldContain("0 of 40 tokens");
        (await ledger.UseAsync(run, "tokens")).Committed.ShouldBe(0);
    }

    [Theory, OnBothServers]
    public async Task What_a_dead_process_reserved_is_given_back_once(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (ledger, account) = (new BudgetLedger(world.Connection), "run:dead");
        var reservation = await ledger.ReserveAsync([new BudgetLine(account, "tokens", 80, 100)]);
        (await ledger.ReleaseOrphansAsync()).ShouldBe(0);

        // As if its sign of life had run out.
        var alive = (await world.Connection.ExecuteAsync(RespCommand.Of("KEYS", "{budgets}:alive:*"))).AsArray()[0].AsString()!;
        await world.Connection.ExecuteAsync(RespCommand.Of("DEL", alive));

        (await ledger.ReleaseOrphansAsync()).ShouldBe(1);
        (await ledger.ReleaseOrphansAsync()).ShouldBe(0);
        (await ledger.UseAsync(account, "tokens")).Committed.ShouldBe(0);

        // It was only slow: what it used is booked all the same.
        await reservation.SettleAsync([30]);
        await reservation.DisposeAsync();
        (await ledger.UseAsync(account, "tokens")).ShouldBe(new BudgetUse(30, 30));
    }

    static void InterlockedMax(ref long most, long value)
    {
        for (var known = Interlocked.Read(ref most); value > known; known = Interlocked.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, known);
        }
    }
}
