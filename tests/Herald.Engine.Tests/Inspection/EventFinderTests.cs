using Herald.Engine.Events;
using Herald.Engine.Inspection;
using Herald.Engine.Sending;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;
using Herald.Engine.Tests.Shards;
using Herald.TestKit.Time;
using Xunit;

namespace Herald.Engine.Tests.Inspection;

/// <summary>The search for an event by its id alone, without its key.</summary>
public sealed class EventFinderTests
{
    private const int Shards = 4;
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task The_newest_is_found_whatever_part_of_a_log_is_given_at_once()
    {
        var log = new EndlessLog(_clock, length: 10_000) { AtMost = 300 };
        log.Put(2, 7_000);
        log.Put(2, 7_001);
        var found = await FinderOver(log).FindAsync(Topic, "id", null, CancellationToken.None);
        Assert.Equal((2, 7_001), (found.Event!.Shard, found.Event.Sequence));
        Assert.False(found.IsCutShort);
    }

    [Fact]
    public async Task An_event_whose_record_is_lost_is_told_as_damaged_and_not_as_missing()
    {
        var log = new EndlessLog(_clock, length: 10_000) { Damage = "where" };
        log.Put(2, 7_000);
        var found = await FinderOver(log).FindAsync(Topic, "id", null, CancellationToken.None);
        Assert.Equal((null, "where"), (found.Event, found.Damage));
    }

    [Fact]
    public async Task All_shards_are_searched_from_their_newest_entries_on()
    {
        var log = new EndlessLog(_clock, length: 1_000_000_000);
        log.Put(3, 999_990_000);
        Assert.Equal(3, (await FinderOver(log).FindAsync(Topic, "id", null, CancellationToken.None)).Event!.Shard);
        Assert.True(log.Reads <= 4 * Shards);
    }

    [Fact]
    public async Task A_search_ends_in_time_and_says_that_it_has_not_seen_everything()
    {
        var log = new EndlessLog(_clock, length: 1_000_000_000) { Takes = TimeSpan.FromMilliseconds(10) };
        log.Put(0, 5);
        var began = _clock.GetTimestamp();
        var found = await FinderOver(log).FindAsync(Topic, "id", null, CancellationToken.None);
        Assert.Equal((null, true), (found.Event, found.IsCutShort));
        Assert.InRange(_clock.GetElapsedTime(began), EventFinder.LongestSearch, EventFinder.LongestSearch * 1.1);
    }

    [Fact]
    public async Task A_search_that_has_seen_everything_says_so()
    {
        var found = await FinderOver(new EndlessLog(_clock, length: 10_000)).FindAsync(Topic, "id", null, CancellationToken.None);
        Assert.Equal((null, false), (found.Event, found.IsCutShort));
    }

    [Fact]
    public async Task A_search_that_nobody_waits_for_any_more_ends()
    {
        using var asked = new CancellationTokenSource();
        var log = new EndlessLog(_clock, length: 1_000_000_000);
        log.OnRead = () =>
        {
            if (log.Reads == 10)
                asked.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await FinderOver(log).FindAsync(Topic, "id", null, asked.Token));
        Assert.Equal(10, log.Reads);
    }

    [Fact]
    public async Task A_search_for_a_message_reads_large_events_a_few_at_a_time_and_ends_in_time()
    {
        var log = new EndlessLog(_clock, length: 1_000_000) { Size = 1 << 20, EventsTake = TimeSpan.FromMilliseconds(100) };
        var began = _clock.GetTimestamp();
        var found = await FinderOver(log).FindByMessageAsync(SubscriptionEntries.Plain(1).Subscription, "msg_unknown", CancellationToken.None);
        Assert.Equal((null, true, 4), (found.Event, found.IsCutShort, log.MostReadAtOnce));
        Assert.InRange(_clock.GetElapsedTime(began), EventFinder.LongestSearch, EventFinder.LongestSearch * 1.1);
    }

    [Fact]
    public async Task The_newest_event_of_a_message_is_found_among_large_ones()
    {
        var (log, subscription) = (new EndlessLog(_clock, length: 10_000) { Size = 1 << 20 }, SubscriptionEntries.Plain(1).Subscription);
        log.Put(2, 9_950);
        var id = new MessageIds(1).Of(subscription.FullId, log.Put(2, 9_960), 9_960);
        var found = await FinderOver(log).FindByMessageAsync(subscription, id, CancellationToken.None);
        Assert.Equal((2, 9_960), (found.Event!.Shard, found.Event.Sequence));
    }

    private static Topic Topic { get; } = new("topic", 1, default, 1);

    private EventFinder FinderOver(EndlessLog log) => new(log, new EventEncoder(log.HashSeed, log.HashSecret, Shards), new MessageIds(1), _clock);

    /// <summary>A log of the given length. Only the events that a test puts have the id.</summary>
    private sealed class EndlessLog(ManualClock clock, long length) : IEventLog
    {
        private readonly HashSet<(int, long)> _put = [];

        public int AtMost { get; init; } = int.MaxValue;
        public TimeSpan Takes { get; init; }

        /// <summary>When set, no event can be read whole.</summary>
        public string? Damage { get; init; }
        public Action OnRead { get; set; } = () => { };
        public int Reads { get; private set; }

        /// <summary>The bytes of each event, as the index says.</summary>
        public int? Size { get; init; }
        public TimeSpan EventsTake { get; init; }
        public int MostReadAtOnce { get; private set; }
        public int ShardCount => Shards;
        public ulong HashSeed => 42;
        public UInt128 HashSecret => 43;

        public EventView Put(int shard, long sequence)
        {
            _put.Add((shard, sequence));
            return new(_wanted.Record);
        }

        public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
        {
            Reads++;
            clock.Advance(Takes);
            OnRead();
            var count = (int)Math.Min(Math.Min(into.Length, AtMost), length - from + 1);
            for (var i = 0; i < count; i++)
            {
                var index = Event(shard.Value, from + i).Index;
                into.Span[i] = index with { Sequence = from + i, Size = Size ?? index.Size };
            }
            return new(new IndexRead(count, 0, from + count));
        }

        public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel)
        {
            MostReadAtOnce = Math.Max(MostReadAtOnce, sequences.Length);
            clock.Advance(EventsTake);
            foreach (var sequence in sequences.Span)
            {
                if (Damage is not null)
                    sink.OnDamaged(sequence, Damage);
                else
                    sink.OnEvent(sequence, Event(shard.Value, sequence).Record.Span);
            }
            return ValueTask.CompletedTask;
        }

        public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => new(new LogBounds(1, length));

        public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => new(0);

        public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => throw new NotSupportedException();

        public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel) => throw new NotSupportedException();

        public IDisposable OnHead(Action<ShardId, long> advanced) => throw new NotSupportedException();

        private readonly NewEvent _wanted = Make("id"u8), _other = Make("other"u8);

        private NewEvent Event(int shard, long sequence) => _put.Contains((shard, sequence)) ? _wanted : _other;

        private static NewEvent Make(ReadOnlySpan<byte> id)
        {
            var draft = new EventDraft { Id = id, HasId = true, Key = "key"u8, HasKey = true, ContentType = "text/plain"u8 };
            var record = new byte[EventEncoder.LengthOf(draft, 5, default, 0)];
            EventEncoder.Write(draft, "topic"u8, default, 0, default, 0, 0, record);
            return new EventEncoder(42, 43, Shards).Index(record, 1);
        }
    }
}
