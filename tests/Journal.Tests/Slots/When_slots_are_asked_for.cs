using Agent.Journal.Slots;
using Agent.TestKit;

namespace Agent.Journal.Tests.Slots;

public class When_slots_are_asked_for
{
    [Theory, OnBothServers]
    public async Task Many_who_ask_at_once_get_no_more_than_there_are_and_what_is_given_back_goes_to_who_waits(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var caps = new SlotCaps("/w", 0, 3, 0);
        var books = Enumerable.Range(0, 4).Select(_ => new SlotBook(world.Another().Connection, TimeProvider.System)).ToList();
        var runs = Enumerable.Range(0, 12).Select(_ => Guid.CreateVersion7()).ToList();

        var answers = await Task.WhenAll(runs.Select((run, number) => books[number % 4].AskAsync(new SlotRequest(run, 1, 5, caps, [], ["a"]))));
        var holder = runs[Array.FindIndex(answers, answer => answer.Grant!.Count == 1)];
        var freed = await books[0].AskAsync(new SlotRequest(holder, 2, 5, caps, [], []));
        var waiting = freed.Next.ShouldHaveSingleItem();

        answers.Sum(answer => answer.Grant!.Count).ShouldBe(3);
        (await books[1].AskAsync(new SlotRequest(waiting, 1, 5, caps, [], ["a"]))).Grant.ShouldBe(new SlotGrant(1, null));
    }

    [Theory, OnBothServers]
    public async Task Who_knows_less_of_a_run_than_the_book_gets_nothing_and_what_was_given_stays_given(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (book, run, caps) = (new SlotBook(world.Connection, TimeProvider.System), Guid.CreateVersion7(), new SlotCaps("/w", 0, 1, 0));

        await book.AskAsync(new SlotRequest(run, 5, 5, caps, ["a"], []));
        var stale = await book.AskAsync(new SlotRequest(run, 4, 5, caps, [], ["a"]));
        var other = await book.AskAsync(new SlotRequest(Guid.CreateVersion7(), 1, 9, caps, [], ["a"]));

        stale.Grant.ShouldBeNull();
        other.Grant!.Reason.ShouldBe("workspace cap 1 of 1 steps");
    }

    [Theory, OnBothServers]
    public async Task What_a_run_held_that_is_no_longer_open_is_taken_back(ServerKind kind)
    {
        await using var world = await JournalWorld.AloneOnAsync(kind);
        var (book, caps) = (new SlotBook(world.Connection, TimeProvider.System), new SlotCaps("/w", 0, 1, 0));
        var (gone, next) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await book.AskAsync(new SlotRequest(gone, 5, 5, caps, ["a"], []));

        await book.ReleaseOrphansAsync(() => Task.FromResult<IReadOnlyList<Guid>>([next]));

        (await book.AskAsync(new SlotRequest(next, 1, 5, caps, [], ["a"]))).Grant!.Count.ShouldBe(1);
    }
}
