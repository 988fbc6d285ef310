using Herald.Engine.Events;
using Herald.Engine.Stores;
using Xunit;

namespace Herald.Contracts.Stores;

public abstract class ShardStoreContract(StoreHarness harness) : StoreContract(harness)
{
    private static readonly ShardId Shard = new(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_new_shard_has_no_progress()
    {
        var progress = await Harness.Shards.LoadAsync(await OwnAsync(Shard), Cancel);
        Assert.Empty(progress.Records);
    }

    [Fact]
    public async Task Progress_is_kept_in_order_since_the_last_checkpoint()
    {
        var fence = await OwnAsync(Shard);
        await CommitAsync(Progress(fence, 1, "one"));
        await CommitAsync(Progress(fence, 2, "two") with { IsCheckpoint = true });
        await CommitAsync(Progress(fence, 3, "three"));
        await CommitAsync(new ShardCommit { Fence = fence, Number = 4 });

        Assert.Equal(["two", "three"], await LoadAsync(fence));
        await Harness.ReopenAsync();
        Assert.Equal(["two", "three"], await LoadAsync(await OwnAsync(Shard)));
    }

    [Fact]
    public async Task What_an_owner_notes_is_there_soon_and_between_the_commits()
    {
        var fence = await OwnAsync(Shard);
        await CommitAsync(Progress(fence, 1, "one"));
        Harness.Shards.Note(new ShardNote(fence, 2, 0, StoreEvents.Payload("two")));
        for (var began = TimeProvider.System.GetTimestamp(); (await LoadAsync(fence)).Length < 2;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, "A note does not arrive.");
            await Task.Delay(Harness.Shards.NoteEvery, TimeProvider.System, Cancel);
        }
        await CommitAsync(Progress(fence, 3, "three"));
        await Harness.ReopenAsync();
        Assert.Equal(["one", "two", "three"], await LoadAsync(await OwnAsync(Shard)));
    }

    [Fact]
    public async Task What_an_owner_of_before_notes_comes_to_nothing()
    {
        var old = await OwnAsync(Shard);
        await CommitAsync(Progress(old, 1, "one"));
        await Harness.ReopenAsync();
        var current = await OwnAsync(Shard);
        Harness.Shards.Note(new ShardNote(old, 2, 0, StoreEvents.Payload("two")));
        await CommitAsync(Progress(current, 1, "three"));
        await Harness.ReopenAsync();
        Assert.Equal(["one", "three"], await LoadAsync(await OwnAsync(Shard)));
    }

    [Fact]
    public async Task A_repeated_number_returns_its_first_reply_and_changes_nothing()
    {
        var fence = await OwnAsync(Shard);
        var commit = Progress(fence, 1, "one") with { Emitted = Events.Make(2, shard: 2) };
        var first = await CommitAsync(commit);
        var again = await CommitAsync(commit);

        Assert.Equal([new(Verdict.Accepted, 1), new Appended(Verdict.Accepted, 2)], first.Emitted);
        Assert.Equal(first.Emitted, again.Emitted);
        Assert.Equal(["one"], await LoadAsync(fence));
        Assert.Equal(2, (await ReadIndexAsync(new ShardId(2))).Length);
    }

    [Fact]
    public async Task A_number_repeated_after_later_ones_returns_its_own_reply()
    {
        var fence = await OwnAsync(Shard);
        var commit = Progress(fence, 1, "one") with { Emitted = Events.Make(1, shard: 2) };
        var first = await CommitAsync(commit);
        await CommitAsync(Progress(fence, 2, "two") with { Emitted = Events.Make(1, shard: 2) });

        var again = await CommitAsync(commit);
        Assert.Equal(first.Emitted, again.Emitted);
    }

    [Fact]
    public async Task An_owner_of_before_is_refused()
    {
        var old = await OwnAsync(Shard);
        await CommitAsync(Progress(old, 1, "one"));
        await Harness.ReopenAsync();
        var current = await OwnAsync(Shard);

        Assert.True(current.Epoch > old.Epoch);
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await CommitAsync(Progress(old, 2, "two")));
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await Harness.Shards.LoadAsync(old, Cancel));
        Assert.Equal(["one"], await LoadAsync(current));
        await CommitAsync(Progress(current, 1, "three"));
        Assert.Equal(["one", "three"], await LoadAsync(current));
    }

    [Fact]
    public async Task Emitted_events_go_to_any_shard_whatever_has_their_ids()
    {
        var published = Events.Make("a", "k1");
        await AppendAsync(published);
        var made = StoreEvents.Emitted(published);
        var other = StoreEvents.Emitted(Events.Make("b", "k2"));
        var reply = await CommitAsync(new ShardCommit { Fence = await OwnAsync(Shard), Number = 1, Emitted = [made, made, other] });

        Assert.All(reply.Emitted, one => Assert.Equal(Verdict.Accepted, one.Verdict));
        Assert.Equal(3, reply.Emitted.Zip([made, made, other], (verdict, one) => (one.Shard, verdict.Sequence)).Distinct().Count());
        var read = await ReadEventsAsync(other.Shard, reply.Emitted[2].Sequence);
        Assert.Equal(other.Record.ToArray(), read[reply.Emitted[2].Sequence]);
        // They do not hinder a publisher, either.
        Assert.Equal(Verdict.Accepted, (await AppendAsync(Events.Make("b", "k2"))).Verdict);
    }

    [Fact]
    public async Task Events_state_dead_letters_and_progress_of_a_commit_come_together()
    {
        var fence = await OwnAsync(Shard);
        await AppendAsync(Events.Make(shard: Shard.Value));
        var letter = new DeadLetterId(Shard, 1, 0, 1);
        await CommitAsync(Progress(fence, 1, "all") with
        {
            Emitted = Events.Make(1, shard: 7),
            State = [new StateWrite("app", StoreEvents.Payload("k"), StoreEvents.Payload("v"))],
            DeadLetters = [new NewDeadLetter(letter, "s", "topic", new DeadLetterReason("max-age", "", 3, 500, 1, 2), default)],
            History = new HistoryBlock(1, 1, Harness.Clock.NowMs, StoreEvents.Payload("h")),
        });
        await Harness.ReopenAsync();

        Assert.Equal(["all"], await LoadAsync(await OwnAsync(Shard)));
        Assert.Single(await ReadIndexAsync(new ShardId(7)));
        Assert.NotNull((await Harness.State.ReadAsync("app", [new StateKey(Shard, StoreEvents.Payload("k"))], Cancel))[0]);
        Assert.NotNull(await Harness.DeadLetters.FindAsync(letter, Cancel));
        Assert.Single(await Harness.State.ReadHistoryAsync(Shard, 1, Cancel));
    }

    [Fact]
    public async Task Anybody_may_look_at_what_was_committed_and_the_owner_goes_on()
    {
        Assert.Empty(await PeekAsync());
        var fence = await OwnAsync(Shard);
        Assert.Empty(await PeekAsync());
        await CommitAsync(Progress(fence, 1, "one"));
        Assert.Equal(["one"], await PeekAsync());
        await CommitAsync(Progress(fence, 2, "two"));
        await CommitAsync(Progress(fence, 3, "three") with { IsCheckpoint = true });
        await CommitAsync(Progress(fence, 4, "four"));
        Assert.Equal(["three", "four"], await PeekAsync());
        Assert.Equal(["three", "four"], await LoadAsync(fence));
    }

    [Fact]
    public async Task What_an_owner_has_committed_is_seen_before_and_after_another_takes_over()
    {
        var old = await OwnAsync(Shard);
        await CommitAsync(Progress(old, 1, "one"));
        await CommitAsync(Progress(old, 2, "two"));
        await Harness.ReopenAsync();
        Assert.Equal(["one", "two"], await PeekAsync());
        var current = await OwnAsync(Shard);
        Assert.Equal(["one", "two"], await PeekAsync());
        await CommitAsync(Progress(current, 1, "three"));
        Assert.Equal(["one", "two", "three"], await PeekAsync());
        await Assert.ThrowsAsync<StaleOwnerException>(async () => await CommitAsync(Progress(old, 3, "late")));
        Assert.Equal(["one", "two", "three"], await PeekAsync());
    }

    [Fact]
    public async Task Shards_commit_apart_and_at_the_same_time()
    {
        var leases = await Harness.Ownership.RenewAsync(Cancel);
        await Task.WhenAll(leases.Select(async lease =>
        {
            for (var i = 1; i <= 20; i++)
                await CommitAsync(Progress(new Fence(lease.Shard, lease.Epoch), i, $"{lease.Shard}/{i}"));
        }));
        foreach (var lease in leases)
            Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{lease.Shard}/{i}"), await LoadAsync(new Fence(lease.Shard, lease.Epoch)));
    }

    private static ShardCommit Progress(Fence fence, long number, string text) =>
        new() { Fence = fence, Number = number, Progress = StoreEvents.Payload(text) };

    private async Task<string[]> LoadAsync(Fence fence) => Texts(await Harness.Shards.LoadAsync(fence, Cancel));

    private async Task<string[]> PeekAsync() => Texts(await Harness.Shards.PeekAsync(Shard, Cancel));

    private static string[] Texts(ShardProgress progress) => [.. progress.Records.Select(r => System.Text.Encoding.UTF8.GetString(r.Span))];
}
