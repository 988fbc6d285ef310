using System.Globalization;
using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Herald.Engine.Tests.Stores;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

/// <summary>What a subscription has still to get is counted within bounds of memory and of time.</summary>
public sealed class WaitingCounterTests
{
    private const int Large = 1 << 20;

    // Three such events, and not four, are read at once.
    private const int AtOnce = 3;

    private readonly ManualClock _clock = new();
    private readonly OneShardLog _log = new();
    private readonly EventEncoder _encoder;

    public WaitingCounterTests() => _encoder = new EventEncoder(_log.HashSeed, _log.HashSecret, 1);

    [Fact]
    public async Task Large_events_are_read_a_few_at_a_time()
    {
        await AppendAsync(Large, [.. Enumerable.Range(1, 10).Select(Number)]);
        var matches = new List<long>();
        var (tester, left) = (TesterOf(Wanting("3", "7")), (ReadOnlyMemory<IndexEntry>)_log.Entries);
        while (left.Length > 0)
            left = left[await tester.TestAsync(OneShardLog.Shard, left, matches, CancellationToken.None)..];
        Assert.Equal([3L, 7L], matches);
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L], _log.Reads.SelectMany(read => read));
        Assert.All(_log.Reads, read => Assert.InRange(read.Length, 1, AtOnce));
    }

    [Fact]
    public async Task Events_with_the_same_attributes_are_read_only_until_the_answer_is_known()
    {
        await AppendAsync(Large, [.. Enumerable.Repeat("1", 50)]);
        var matches = new List<long>();
        var (tester, left) = (TesterOf(Wanting("1")), (ReadOnlyMemory<IndexEntry>)_log.Entries);
        while (left.Length > 0)
            left = left[await tester.TestAsync(OneShardLog.Shard, left, matches, CancellationToken.None)..];
        Assert.Equal((50, 1), (matches.Count, _log.Reads.Count));
    }

    [Fact]
    public async Task No_event_is_read_for_a_filter_without_clauses_for_rejected_and_for_addressed_events()
    {
        await AppendAsync(0, "1", "1", "1", "1");
        var entries = _log.Entries;
        entries[1] = entries[1] with { Flags = EventFlags.Rejected };
        entries[2] = entries[2] with { Flags = EventFlags.Addressed, RouteHash = Address };
        entries[3] = entries[3] with { Flags = EventFlags.Addressed, RouteHash = Address + 1 };
        var matches = new List<long>();
        Assert.Equal(4, await TesterOf(SubscriptionEntries.Plain(1)).TestAsync(OneShardLog.Shard, entries, matches, CancellationToken.None));
        Assert.Equal([1L, 3L], matches);
        matches.Clear();
        Assert.Equal(4, await TesterOf(SubscriptionEntries.Plain(1) with { Starts = [long.MaxValue] }).TestAsync(OneShardLog.Shard, entries, matches, CancellationToken.None));
        Assert.Empty(matches);
        Assert.Empty(_log.Reads);
    }

    [Fact]
    public async Task A_damaged_event_and_one_that_is_no_longer_kept_do_not_match_and_their_attributes_stay_unknown()
    {
        await AppendAsync(Large, [.. Enumerable.Repeat("1", AtOnce + 1)]);
        for (var sequence = 1; sequence <= AtOnce; sequence++)
            _log.Damage(sequence);
        var matches = new List<long>();
        var tester = TesterOf(Wanting("1"));
        Assert.Equal(AtOnce, await tester.TestAsync(OneShardLog.Shard, _log.Entries, matches, CancellationToken.None));
        Assert.Empty(matches);
        Assert.Equal(1, await tester.TestAsync(OneShardLog.Shard, _log.Entries.AsMemory(AtOnce), matches, CancellationToken.None));
        Assert.Equal([AtOnce + 1L], matches);
    }

    [Fact]
    public async Task All_that_matches_is_counted_and_the_oldest_is_told()
    {
        await AppendAsync(Large, "2", "1", "2", "1", "1");
        var count = await CountAsync(Wanting("1"));
        Assert.Equal((3, CountMeaning.Exact, "2"), (count.Waiting, count.Meaning, count.Oldest!.Event.IdText));
    }

    [Fact]
    public async Task The_count_ends_in_time_also_among_entries_that_it_has_begun_to_test()
    {
        await AppendAsync(Large, [.. Enumerable.Range(1, 10).Select(Number)]);
        _log.OnReading = () => _clock.Advance(WaitingCounter.LongestCount * 0.6);
        var count = await CountAsync(Wanting([.. Enumerable.Range(1, 10).Select(Number)]));
        Assert.Equal((2 * AtOnce, CountMeaning.AtLeast), (count.Waiting, count.Meaning));
    }

    [Fact]
    public async Task The_time_in_which_the_shards_were_asked_is_a_part_of_the_time_of_the_count()
    {
        await AppendAsync(Large, "1", "1");
        var count = await CountAsync(Wanting("1"), asking: WaitingCounter.LongestCount * 1.1);
        Assert.Equal((0, CountMeaning.AtLeast), (count.Waiting, count.Meaning));
        Assert.Empty(_log.Reads);
    }

    private static UInt128 Address => 77;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static SubscriptionEntry Wanting(params string[] countries) =>
        SubscriptionEntries.Plain(1, filters: new Filter([new FilterClause("country", false, countries)]));

    private FilterTester TesterOf(SubscriptionEntry entry) => new(_log, entry, Address);

    private async Task<WaitingCount> CountAsync(SubscriptionEntry entry, TimeSpan asking = default)
    {
        var began = _clock.GetTimestamp();
        _clock.Advance(asking);
        var counter = new WaitingCounter(_log, _encoder, new EventFinder(_log, _encoder, new MessageIds(1), _clock), _clock);
        var view = SubscriptionView.Unknown(OneShardLog.Shard, entry, isSaved: false, catalogVersion: 1, routed: 0);
        return await counter.CountAsync(entry, [UncountedShard.Of(view, _log.Entries.Length)], began, CancellationToken.None);
    }

    /// <summary>Appends events 1, 2 … with these values of the attribute.</summary>
    private async Task AppendAsync(int payload, params string[] countries)
    {
        for (var i = 0; i < countries.Length; i++)
            await _log.AppendAsync(new[] { Event(Encoding.UTF8.GetBytes(Number(i + 1)), countries[i], payload) }, new Appended[1], CancellationToken.None);
    }

    private NewEvent Event(byte[] id, string country, int payload)
    {
        var attributes = new AttributeBuffer();
        Assert.Null(attributes.Add("country"u8, Encoding.UTF8.GetBytes(country)));
        var draft = new EventDraft { Id = id, HasId = true, Key = id, HasKey = true, ContentType = "text/plain"u8, Payload = new byte[payload] };
        var record = new byte[EventEncoder.LengthOf(draft, 1, attributes.Encoded(), 0)];
        EventEncoder.Write(draft, "t"u8, attributes.Encoded(), attributes.Count, default, 0, 0, record);
        return _encoder.Index(record, 1);
    }
}
