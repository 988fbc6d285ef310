using System.Text;
using Herald.Contracts.Stores;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.TestKit.Hashes;
using Xunit;

namespace Herald.Journal.Tests;

public sealed class RetentionTests : IAsyncLifetime
{
    private readonly JournalHarness _harness = new(o => o with
    {
        ShardCount = 1,
        SegmentBytes = 16 << 10,
        CheckpointBytes = 16 << 10,
        RetainFor = TimeSpan.FromHours(1),
        DuplicateWindow = TimeSpan.FromHours(6),
        DeadLetterRetention = TimeSpan.FromDays(2),
        DeadLetterEntries = 40,
    });
    private Fence _fence;
    private long _number;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private static ShardId Shard => new(0);
    private JournalStore Store => _harness.Store;

    public async ValueTask InitializeAsync()
    {
        await _harness.StartAsync();
        await OwnAsync();
    }

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    [Fact]
    public async Task Settled_events_go_when_they_are_old_and_others_stay()
    {
        await AppendAsync(100);
        await CommitAsync(c => c with { SettledBelow = 60 });
        await PassAsync(TimeSpan.FromMinutes(50));
        Assert.Equal(1, (await BoundsAsync()).First);

        await PassAsync(TimeSpan.FromHours(3));
        var bounds = await BoundsAsync();
        Assert.InRange(bounds.First, 20, 60);
        Assert.Equal(100, bounds.Last);
        Assert.False(File.Exists(Path.Combine(_harness.Root, "journal", "0000000001.log")));
        await _harness.ReopenAsync();
        Assert.Equal(bounds, await BoundsAsync());
    }

    [Fact]
    public async Task What_a_replay_needs_again_stays_though_it_was_settled_before()
    {
        await AppendAsync(100);
        await CommitAsync(c => c with { SettledBelow = 90 });
        await CommitAsync(c => c with { SettledBelow = 2 });
        await CommitAsync(c => c);
        await PassAsync(TimeSpan.FromHours(3));
        Assert.Equal(1, (await BoundsAsync()).First);
        await CommitAsync(c => c with { SettledBelow = 60 });
        await PassAsync(TimeSpan.FromHours(1));
        Assert.InRange((await BoundsAsync()).First, 20, 60);
    }

    [Fact]
    public async Task What_still_lives_in_a_segment_is_copied_forward_before_it_goes()
    {
        await AppendAsync(5, "poison");
        var letter = new DeadLetterId(Shard, 1, 0, 3);
        var own = new DeadLetterId(Shard, 1, 0, 4);
        await CommitAsync(c => c with
        {
            State = [new StateWrite("app", StoreEvents.Payload("k"), StoreEvents.Payload("value"))],
            DeadLetters = [
                Letter(letter, default),
                Letter(own, StoreEvents.Payload("own record")),
            ],
            History = new HistoryBlock(1, 5, _harness.Clock.NowMs, StoreEvents.Payload("block")),
            Progress = StoreEvents.Payload("progress"),
        });
        await Store.ChangeAsync([new CatalogWrite("topic", "t", 0, 0, StoreEvents.Payload("x"))], Cancel);
        var record = (await Store.FindAsync(letter, Cancel))!.Record.ToArray();
        await AppendAsync(100);
        await CommitAsync(c => c with { SettledBelow = 90 });
        await PassAsync(TimeSpan.FromHours(3));
        Assert.True((await BoundsAsync()).First > 20);

        await CheckAsync();
        await _harness.ReopenAsync();
        await CheckAsync();

        async Task CheckAsync()
        {
            Assert.Equal(record, (await Store.FindAsync(letter, Cancel))!.Record.ToArray());
            Assert.Equal("own record", Encoding.UTF8.GetString((await Store.FindAsync(own, Cancel))!.Record.Span));
            Assert.Equal([3L, 4], (await Store.ListAsync(new DeadLetterQuery(null, null, 10, null), Cancel)).Items.Select(l => l.Id.Sequence));
            var value = (await Store.ReadAsync("app", [new StateKey(Shard, StoreEvents.Payload("k"))], Cancel))[0];
            Assert.Equal("value", Encoding.UTF8.GetString(value!.Value.Span));
            Assert.Equal("block", Encoding.UTF8.GetString((await Store.ReadHistoryAsync(Shard, 2, Cancel)).Single().Block.Span));
            Assert.Single((await Store.ReadAsync(0, 100, Cancel)).Records);
            await OwnAsync();
            Assert.Single((await Store.LoadAsync(_fence, Cancel)).Records);
        }
    }

    [Fact]
    public async Task An_id_is_remembered_longer_than_its_event()
    {
        var events = new StoreEvents(Store, _harness.Clock);
        var verdicts = new Appended[1];
        var one = new[] { events.Make("a", shard: 0) };
        await Store.AppendAsync(one, verdicts, Cancel);
        await AppendAsync(100);
        await CommitAsync(c => c with { SettledBelow = 90 });
        await PassAsync(TimeSpan.FromHours(3));
        Assert.True((await BoundsAsync()).First > 1);

        await Store.AppendAsync(one, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Duplicate, 1), verdicts[0]);
        await _harness.ReopenAsync();
        await Store.AppendAsync(one, verdicts, Cancel);
        Assert.Equal(new Appended(Verdict.Duplicate, 1), verdicts[0]);
    }

    [Fact]
    public async Task An_event_made_to_look_like_one_that_is_gone_is_no_duplicate_of_it()
    {
        var intake = new Intake(Store, new IntakeOptions(), _harness.Clock);
        var (one, other) = ForgedPair.Of(1);
        await PublishAsync(intake, one, "k", Verdict.Accepted);
        await PublishAsync(intake, "id", one, Verdict.Accepted);
        await PublishAsync(intake, one, null, Verdict.Accepted);
        await AppendAsync(100);
        await CommitAsync(c => c with { SettledBelow = 90 });
        await PassAsync(TimeSpan.FromHours(3));
        Assert.True((await BoundsAsync()).First > 3);

        await PublishAsync(intake, one, "k", Verdict.Duplicate);
        await PublishAsync(intake, other, "k", Verdict.Accepted);
        await PublishAsync(intake, "id", one, Verdict.Duplicate);
        await PublishAsync(intake, "id", other, Verdict.Accepted);
        await PublishAsync(intake, one, null, Verdict.Duplicate);
        await PublishAsync(intake, other, null, Verdict.Accepted);
    }

    [Fact]
    public async Task Dead_letters_past_their_number_or_age_go_oldest_first_and_are_counted()
    {
        await AppendAsync(60);
        for (var i = 1; i <= 60; i++)
            await CommitAsync(c => c with { DeadLetters = [Letter(new DeadLetterId(Shard, 1, 0, i), default)] });
        await Store.ReadSourcePositionAsync("", Cancel);
        Assert.Equal((40, 20), (Store.Statistics.DeadLetters, Store.Statistics.DeadLettersEvicted));
        var page = await Store.ListAsync(new DeadLetterQuery(null, null, 100, null), Cancel);
        Assert.Equal(21, page.Items[0].Id.Sequence);
        await _harness.ReopenAsync();
        Assert.Equal(40, Store.Statistics.DeadLetters);

        await PassAsync(TimeSpan.FromDays(3));
        Assert.Equal(0, Store.Statistics.DeadLetters);
    }

    [Theory]
    [InlineData(false, 1_000)]
    [InlineData(true, 0)]
    [InlineData(true, 1_000)]
    public async Task The_index_of_events_that_have_gone_goes_too_when_no_id_needs_it(bool withIds, int remembered)
    {
        await using var harness = new JournalHarness(o => o with
        {
            ShardCount = 1,
            SegmentBytes = 64 << 10,
            CheckpointBytes = 64 << 10,
            RetainFor = TimeSpan.Zero,
            DuplicateEntries = remembered,
        });
        await harness.StartAsync();
        var (store, events) = (harness.Store, new StoreEvents(harness.Store, harness.Clock));
        var fence = new Fence(Shard, (await store.RenewAsync(Cancel))[0].Epoch);
        const int Rounds = 40, InOne = 500;
        for (var round = 1; round <= Rounds; round++)
        {
            await store.AppendAsync(
                Enumerable.Range(0, InOne).Select(i => events.Make(withIds ? $"{round}-{i}" : null, shard: 0)).ToArray(), new Appended[InOne], Cancel);
            await store.CommitAsync(new ShardCommit { Fence = fence, Number = round, SettledBelow = (round * InOne) + 1 }, Cancel);
            await store.CheckpointAsync(Cancel);
            await store.TickAsync(Cancel);
        }
        for (var i = 0; i < 20; i++)
            await store.TickAsync(Cancel);
        Assert.InRange(store.Statistics.Bytes, 0, 512 << 10);
        Assert.InRange(TakenOnDisk(Path.Combine(harness.Root, "index")), 0, 256 << 10);

        await harness.ReopenAsync();
        Assert.Equal(Rounds * InOne, (await harness.Store.BoundsAsync(Shard, Cancel)).Last);
        await harness.Store.TickAsync(Cancel);
        Assert.InRange(harness.Store.Statistics.Bytes, 0, 512 << 10);
        if (withIds && remembered > 0)
        {
            var again = new Appended[1];
            await harness.Store.AppendAsync(new[] { events.Make($"{Rounds}-{InOne - 1}", shard: 0) }, again, Cancel);
            Assert.Equal(new Appended(Verdict.Duplicate, Rounds * InOne), again[0]);
        }
    }

    /// <summary>The bytes that files really occupy. Room that was freed in their middle does not count.</summary>
    private static long TakenOnDisk(string directory)
    {
        using var du = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("du", ["-sB1", directory]) { RedirectStandardOutput = true })!;
        return long.Parse(du.StandardOutput.ReadToEnd().Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static NewDeadLetter Letter(DeadLetterId id, byte[]? record) =>
        new(id, "s", "topic", new DeadLetterReason("max-age", "", 1, null, 1, new StoreClock().NowMs), record);

    private async Task OwnAsync() => _fence = new Fence(Shard, (await Store.RenewAsync(Cancel))[0].Epoch);

    private ValueTask<LogBounds> BoundsAsync() => Store.BoundsAsync(Shard, Cancel);

    private async Task AppendAsync(int count, string text = "x")
    {
        var events = new StoreEvents(Store, _harness.Clock);
        var verdicts = new Appended[1];
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[600];
            Encoding.UTF8.GetBytes(text, payload);
            await Store.AppendAsync(new[] { events.Make(shard: 0, payload: payload) }, verdicts, Cancel);
        }
    }

    private async Task CommitAsync(Func<ShardCommit, ShardCommit> with) =>
        await Store.CommitAsync(with(new ShardCommit { Fence = _fence, Number = ++_number }), Cancel);

    private static async Task PublishAsync(Intake intake, string id, string? key, Verdict expected)
    {
        using var batch = intake.Rent(new Topic("topic", 1, DateTimeOffset.UnixEpoch, 1));
        var problem = batch.Add(new EventDraft
        {
            Id = Encoding.UTF8.GetBytes(id),
            HasId = true,
            Key = Encoding.UTF8.GetBytes(key ?? ""),
            HasKey = key is not null,
            Attributes = new AttributeBuffer(),
        });
        Assert.Null(problem);
        await intake.PublishAsync(batch, cancel: Cancel);
        Assert.Equal(expected, batch.Results[0].Verdict);
    }

    /// <summary>Lets time pass and the writer react: a checkpoint, so that segments can go, then the check of their age.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        await Store.CheckpointAsync(Cancel);
        _harness.Clock.Advance(time);
        for (var i = 0; i < 10; i++)
            await Store.TickAsync(Cancel);
    }
}
