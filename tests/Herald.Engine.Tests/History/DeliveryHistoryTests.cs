using Herald.Engine.Catalogs;
using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Progress;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Sending;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.History;

/// <summary>The history tells what came before what, also when clocks are set back, and when stored bytes are damaged.</summary>
public sealed class DeliveryHistoryTests
{
    private const int Number = 7;
    private static readonly ShardId Shard = new(0);
    private static readonly DeadLetterId Letter = new(Shard, Number, 1, 100);

    private readonly List<HistoryBlock> _blocks = [];

    [Fact]
    public async Task What_a_redriven_event_met_comes_after_the_redrive_whatever_the_clocks_say()
    {
        Commit(history => FailTo(history, SkipKind.DeadLetter, 1, 9_000));
        _blocks.Add(AttemptHistory.OfRedrive(Letter, 200, 5_000, "ops"));
        Commit(history => Try(history, AttemptResult.Delivered, 1, 1_000, sequence: 200));
        var delivery = (await ReadAsync()).Settled(SubscriptionEntries.Plain(Number));
        Assert.Equal((DeliveryStatus.Delivered, 200L, 2), (delivery.Status, delivery.Sequence, delivery.Attempts));
        Assert.Equal([DeliveryStepKind.DeadLettered, DeliveryStepKind.Redriven, DeliveryStepKind.Delivered], Kinds(delivery.Steps));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_discard_ends_its_dead_letter_whatever_the_clocks_say_and_whichever_block_comes_first(bool isFirst)
    {
        Commit(history => FailTo(history, SkipKind.DeadLetter, 1, 9_000));
        _blocks.Insert(isFirst ? 0 : 1, AttemptHistory.OfDiscard(Letter, 5_000, "ops"));
        var delivery = (await ReadAsync()).Settled(SubscriptionEntries.Plain(Number));
        Assert.Equal(DeliveryStatus.Discarded, delivery.Status);
        Assert.Equal([DeliveryStepKind.DeadLettered, DeliveryStepKind.Discarded], Kinds(delivery.Steps));
    }

    [Fact]
    public async Task A_replay_comes_between_its_generation_and_the_one_before()
    {
        Commit(history => FailTo(history, SkipKind.DeadLetter, 1, 9_000));
        Commit(history => Try(history, AttemptResult.Delivered, 2, 1_000));
        // An attempt of the generation before ended after the replay had begun.
        Commit(history => Try(history, Results.Status500, 1, 8_000));
        var entry = SubscriptionEntries.Plain(Number);
        entry = entry with
        {
            RewoundAt = [1000],
            Subscription = entry.Subscription with { Generation = 2, ReplayedAt = DateTimeOffset.FromUnixTimeMilliseconds(500), ReplayedBy = "ops" },
        };
        var delivery = (await ReadAsync()).Settled(entry);
        Assert.Equal(DeliveryStatus.Delivered, delivery.Status);
        Assert.Equal([DeliveryStepKind.DeadLettered, DeliveryStepKind.Replayed, DeliveryStepKind.Delivered], Kinds(delivery.Steps));
    }

    [Fact]
    public async Task Attempts_of_different_subscriptions_are_in_the_order_of_time()
    {
        Commit(history =>
        {
            Try(history, Results.Status500, 1, 1_000);
            Try(history, AttemptResult.Delivered, 1, 3_000, subscription: 8);
            Try(history, AttemptResult.Delivered, 2, 2_000);
            Try(history, AttemptResult.Delivered, 3, 1_500);
        });
        var attempts = (await ReadAsync()).Attempts(CatalogSnapshot.Empty).Select(one => (one.SubscriptionId, one.Generation));
        Assert.Equal([("(deleted, number 7)", 1), ("(deleted, number 7)", 2), ("(deleted, number 7)", 3), ("(deleted, number 8)", 1)], attempts);
    }

    [Fact]
    public async Task Only_the_event_itself_is_read_when_its_redrives_are_not_asked_for()
    {
        Commit(history => FailTo(history, SkipKind.DeadLetter, 1, 1_000));
        _blocks.Add(AttemptHistory.OfRedrive(Letter, 200, 2_000, "ops"));
        Commit(history => Try(history, AttemptResult.Delivered, 1, 3_000, sequence: 200));
        var history = await DeliveryHistory.ReadOneAsync(new Blocks(_blocks), Shard, 100, default);
        Assert.Single(history.Attempts(CatalogSnapshot.Empty));
    }

    [Fact]
    public async Task Damage_of_any_byte_is_survived()
    {
        Commit(history =>
        {
            history.Add(new HoldChange(Number, 1, 100, false, ""), 500);
            FailTo(history, SkipKind.Forward, 1, 1_000);
            Try(history, AttemptResult.Delivered with { StatusCode = 204 }, 1, 2_000);
        });
        _blocks.Add(AttemptHistory.OfRedrive(Letter, 200, 5_000, "ops"));
        foreach (var block in _blocks.ToArray())
        {
            for (var at = 0; at < block.Block.Length; at++)
            {
                for (var value = 0; value < 256; value++)
                {
                    var bytes = block.Block.ToArray();
                    bytes[at] = (byte)value;
                    var history = await DeliveryHistory.ReadAsync(new Blocks([block with { Block = bytes }]), Shard, 100, default);
                    Assert.InRange(history.Attempts(CatalogSnapshot.Empty).Count(), 0, 2);
                    Assert.True(Enum.IsDefined(history.Settled(SubscriptionEntries.Plain(Number)).Status));
                }
            }
        }
    }

    private static IEnumerable<DeliveryStepKind> Kinds(IReadOnlyList<DeliveryStep> steps) => steps.Select(step => step.Kind);

    private ValueTask<DeliveryHistory> ReadAsync() => DeliveryHistory.ReadAsync(new Blocks(_blocks), Shard, 100, default);

    private void Commit(Action<AttemptHistory> write)
    {
        var history = new AttemptHistory();
        write(history);
        _blocks.Add(history.Take(99)!);
    }

    private static void Try(AttemptHistory history, AttemptResult result, int generation, long atMs, long sequence = 100, int subscription = Number) => history.Add(new AttemptEnded(
        new StartAttempt(subscription, generation, 5, new LaneItem(sequence, 1, 1), 1, PermitKind.First, false), result, true, atMs));

    private static void FailTo(AttemptHistory history, SkipKind kind, int generation, long atMs)
    {
        Try(history, Results.Status500, generation, atMs);
        history.Add(new Skip(new Lane(new SubscriptionState(SubscriptionEntries.Plain(Number)), 1), new LaneItem(100, 1, 1), kind, null), atMs, kind == SkipKind.Forward ? "other" : "");
    }

    private sealed class Blocks(List<HistoryBlock> blocks) : IStateReader
    {
        public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
            string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) =>
            new([.. blocks.Where(block => block.First <= sequence && sequence <= block.Last)]);
    }
}
