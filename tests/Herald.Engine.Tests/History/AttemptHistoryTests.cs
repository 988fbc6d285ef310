using Herald.Engine.Channels;
using Herald.Engine.Events;
using Herald.Engine.Progress;
using Herald.Engine.Sending;
using Herald.Engine.Shards;
using Herald.Engine.Stores;
using Herald.Engine.Tests.Shards;
using Xunit;

namespace Herald.Engine.Tests.History;

public sealed class AttemptHistoryTests
{
    private readonly AttemptHistory _history = new();

    public static TheoryData<string, AttemptResult> Results => new()
    {
        { "delivered", AttemptResult.Delivered with { StatusCode = 204, Duration = TimeSpan.FromMicroseconds(1234) } },
        { "delivered by a channel without numbers", AttemptResult.Delivered },
        { "delivered with an answer", AttemptResult.Delivered with { StatusCode = 200, Answer = "thanks, привет" } },
        {
            "failed",
            new()
            {
                Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, StatusCode = 503, Reason = "503 from the receiver", Answer = new string('é', 2048),
                Duration = TimeSpan.FromSeconds(15),
            }
        },
        { "never connected", new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Connect, Reason = "connection refused" } },
        { "gone", new() { Outcome = AttemptOutcome.EndpointGone, Stage = AttemptStage.Response, StatusCode = 410 } },
        { "expired", new() { Outcome = AttemptOutcome.Expired, Stage = AttemptStage.Guard, Reason = "too late" } },
        { "rejected", new() { Outcome = AttemptOutcome.Rejected, Stage = AttemptStage.Guard, Reason = "too long" } },
    };

    [Theory]
    [MemberData(nameof(Results))]
    public void An_attempt_is_read_as_it_was_written(string name, AttemptResult result)
    {
        Add(7, 100, 3, result, 1_900_000_000_123);
        var record = Assert.Single(AttemptHistory.Read(Take(), 100));
        Assert.True((7, 100L, 3, 1_900_000_000_123) == (record.Subscription, record.Sequence, record.Number, record.AtMs), name);
        Assert.Equal(result, record.Result);
        Assert.Equal(result.Duration, record.Duration);
    }

    [Fact]
    public void Of_a_damaged_block_what_comes_before_the_damage_is_told()
    {
        for (var number = 1; number <= 3; number++)
            Add(7, 100, number, AttemptResult.Delivered, 1_900_000_000_123);
        var block = Take();
        for (var length = 0; length < block.Block.Length; length++)
            Assert.InRange(AttemptHistory.Read(block with { Block = block.Block[..length] }, 100).Count(), 0, 2);
        Assert.Equal(3, AttemptHistory.Read(block, 100).Count());
    }

    [Fact]
    public void Skips_are_told_with_their_kind()
    {
        var lane = new Lane(new SubscriptionState(SubscriptionEntries.Plain(7)), 1);
        foreach (var kind in Enum.GetValues<SkipKind>())
            _history.Add(new Skip(lane, new LaneItem(100 + (int)kind, 5, 6), kind, null), 1234);
        var block = Take();
        foreach (var kind in Enum.GetValues<SkipKind>())
        {
            var record = Assert.Single(AttemptHistory.Read(block, 100 + (int)kind));
            Assert.Equal((HistoryKind.Skip, 7, kind, 1234L), (record.Kind, record.Subscription, record.Skip, record.AtMs));
        }
    }

    [Fact]
    public void An_attempt_is_told_with_its_generation()
    {
        _history.Add(new AttemptEnded(new StartAttempt(7, 3, 5, new LaneItem(100, 1, 1), 1, PermitKind.First, false), AttemptResult.Delivered, true, 5));
        Assert.Equal(3, Assert.Single(AttemptHistory.Read(Take(), 100)).Generation);
    }

    [Fact]
    public void An_attempt_is_told_with_what_the_receiver_was_told()
    {
        foreach (var redelivery in Enum.GetValues<Redelivery>())
        {
            var start = new StartAttempt(7, 3, 5, new LaneItem(100 + (int)redelivery, 1, 1), 1, PermitKind.First, false);
            _history.Add(new AttemptEnded(start, AttemptResult.Delivered, true, 5, Redelivery: redelivery));
            _history.Add(new AttemptEnded(start, Sending.Results.Status500, true, 5, Redelivery: redelivery));
        }
        var block = Take();
        foreach (var redelivery in Enum.GetValues<Redelivery>())
            Assert.Equal([redelivery, redelivery], AttemptHistory.Read(block, 100 + (int)redelivery).Select(record => record.Redelivery));
    }

    [Fact]
    public void A_forward_is_told_with_its_topic_and_a_discard_with_the_name_of_whoever_ordered_it()
    {
        var lane = new Lane(new SubscriptionState(SubscriptionEntries.Plain(7)), 1);
        _history.Add(new Skip(lane, new LaneItem(100, 5, 6), SkipKind.Forward, null), 1234, "other");
        _history.Add(new Skip(lane, new LaneItem(101, 5, 6), SkipKind.Discard, null, "ops"), 1234);
        var block = Take();
        Assert.Equal(("other", ""), (AttemptHistory.Read(block, 100).Single() is var forward ? forward.ForwardedTo : "", forward.By));
        Assert.Equal(("", "ops"), (AttemptHistory.Read(block, 101).Single() is var discard ? discard.ForwardedTo : "", discard.By));
    }

    [Fact]
    public void A_hold_and_its_release_are_told_with_the_name_of_whoever_ordered_it()
    {
        _history.Add(new HoldChange(7, 2, 100, IsReleased: false, ""), 10);
        _history.Add(new HoldChange(7, 2, 100, IsReleased: true, "ops"), 20);
        Assert.Equal(
            [(HistoryKind.Hold, 7, 2, 10L, ""), (HistoryKind.Release, 7, 2, 20L, "ops")],
            AttemptHistory.Read(Take(), 100).Select(r => (r.Kind, r.Subscription, r.Generation, r.AtMs, r.By)));
    }

    [Fact]
    public void A_redrive_and_a_discard_of_a_dead_letter_are_told_at_the_delivery_that_it_ended()
    {
        var letter = new DeadLetterId(new ShardId(3), 7, 2, 100);
        var redrive = Assert.Single(AttemptHistory.Read(AttemptHistory.OfRedrive(letter, 205, 10, "ops"), 100));
        Assert.Equal((HistoryKind.Redrive, 7, 2, 10L, "ops", 205L), (redrive.Kind, redrive.Subscription, redrive.Generation, redrive.AtMs, redrive.By, redrive.Copy));
        var discard = Assert.Single(AttemptHistory.Read(AttemptHistory.OfDiscard(letter, 20, "ops"), 100));
        Assert.Equal((SkipKind.Discard, 7, 2, 20L, "ops"), (discard.Skip, discard.Subscription, discard.Generation, discard.AtMs, discard.By));
    }

    [Fact]
    public void Records_of_earlier_versions_which_have_no_generation_are_still_read()
    {
        // Delivered, subscription 7, sequence 100, attempt 1, at 5, 0 µs, status 200. Then a skip of the same delivery, expired, at 6.
        byte[] old = [1, 14, 0xC8, 1, 2, 10, 0, 0x90, 3, 3, 14, 0xC8, 1, (byte)SkipKind.Expire, 12];
        var records = AttemptHistory.Read(new HistoryBlock(100, 100, 5, old), 100).ToList();
        Assert.Equal([(HistoryKind.Delivered, 7, 0, 5L), (HistoryKind.Skip, 7, 0, 6L)], records.Select(r => (r.Kind, r.Subscription, r.Generation, r.AtMs)));
        Assert.Equal((200, SkipKind.Expire), (records[0].Result!.StatusCode, records[1].Skip));
    }

    [Fact]
    public void A_block_names_its_bounds_and_gives_each_sequence_its_own_oldest_first()
    {
        var random = new Random(1);
        var written = new List<(long Sequence, int Number, AttemptResult Result)>();
        for (var i = 1; i <= 500; i++)
        {
            var result = Results.ElementAt(random.Next(Results.Count)).Data.Item2;
            written.Add((1000 + random.Next(20), i, result));
            Add(1, written[^1].Sequence, i, result, i);
        }
        var block = Take();
        Assert.Equal((written.Min(w => w.Sequence), written.Max(w => w.Sequence), 99L), (block.First, block.Last, block.WrittenAtMs));
        for (var sequence = 1000; sequence < 1020; sequence++)
        {
            var read = AttemptHistory.Read(block, sequence).Select(r => (r.Sequence, r.Number, r.Result!));
            Assert.Equal(written.Where(w => w.Sequence == sequence), read);
        }
        Assert.Empty(AttemptHistory.Read(block, 2000));
    }

    [Fact]
    public void A_block_that_was_taken_is_not_taken_again()
    {
        Assert.Null(_history.Take(1));
        Add(1, 500, 1, AttemptResult.Delivered, 1);
        Take();
        Assert.Equal(0, _history.Bytes);
        Assert.Null(_history.Take(1));
        Add(1, 300, 1, AttemptResult.Delivered, 1);
        Assert.Equal((300, 300), (Take() is var block ? block.First : 0, block.Last));
    }

    [Fact]
    public void A_plain_success_takes_few_bytes()
    {
        Add(3, 1_000_000, 1, AttemptResult.Delivered with { StatusCode = 200, Duration = TimeSpan.FromMilliseconds(20) }, 1_900_000_000_123);
        Assert.InRange(_history.Bytes, 1, 24);
    }

    private void Add(int subscription, long sequence, int number, AttemptResult result, long atMs) => _history.Add(new AttemptEnded(
        new StartAttempt(subscription, 1, 5, new LaneItem(sequence, 1, 1), number, PermitKind.First, false), result, true, atMs));

    private HistoryBlock Take() => _history.Take(99) ?? throw new InvalidOperationException("nothing was written");
}
