using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Engine.Applications;

/// <summary>Reads a shard's log for one application: the events of its topic, a chunk at a time.</summary>
/// <param name="topic">Its full name.</param>
internal sealed class ApplicationReader(
    IEventLog log, ICatalogStore catalog, ShardId shard, string topic, string application, TimeProvider time) : IEventSink
{
    private const int MostEntries = 2048, MostBytes = 4 << 20, MostTopics = 10_000;

    private readonly IndexEntry[] _entries = new IndexEntry[MostEntries];
    private readonly List<long> _sequences = [];
    private readonly List<(long Sequence, int Start, int Length)> _records = [];

    // Topic numbers are never reused, so an entry stays true.
    private readonly Dictionary<int, bool> _isOurs = [];
    private readonly List<NewDeadLetter> _damaged = [];
    private byte[] _bytes = [];
    private int _used;
    private ApplicationEvent[] _events = [];

    /// <summary>Valid until the next chunk is read.</summary>
    public ArraySegment<ApplicationEvent> Events { get; private set; } = ArraySegment<ApplicationEvent>.Empty;

    /// <summary>Dead letters of damaged events in this chunk, which no application can take.</summary>
    public IReadOnlyList<NewDeadLetter> Damaged => _damaged;

    /// <returns>The sequence after the last one that was read; <paramref name="from"/> when there was none.</returns>
    public async ValueTask<long> ReadAsync(long from, CancellationToken cancel)
    {
        Events = ArraySegment<ApplicationEvent>.Empty;
        _damaged.Clear();
        var read = await log.ReadIndexAsync(shard, from, _entries, cancel);
        if (read.Count == 0)
            return from;
        await KnowTopicsAsync(read.Count, cancel);
        var next = Choose(read.Count);
        if (_sequences.Count > 0)
            await LoadAsync(cancel);
        return next;
    }

    void IEventSink.OnEvent(long sequence, ReadOnlySpan<byte> record)
    {
        if (_bytes.Length - _used < record.Length)
            Array.Resize(ref _bytes, Math.Max(_used + record.Length, 2 * _bytes.Length));
        record.CopyTo(_bytes.AsSpan(_used));
        _records.Add((sequence, _used, record.Length));
        _used += record.Length;
    }

    void IEventSink.OnDamaged(long sequence, string damage)
    {
        var why = new DeadLetterReason(
            DeadLetterReason.Damaged, $"Application {application} could not process this event: {damage}.", 0, null, 0,
            time.GetUtcNow().ToUnixTimeMilliseconds());
        _damaged.Add(new NewDeadLetter(new DeadLetterId(shard, 0, 0, sequence), "", topic, why, default) { HasNoRecord = true });
    }

    private long Choose(int count)
    {
        _sequences.Clear();
        var bytes = 0L;
        for (var i = 0; i < count; i++)
        {
            ref readonly var entry = ref _entries[i];
            // An addressed event is for one subscription only. A rejected one is a dead letter already.
            if (!_isOurs[entry.Topic] || (entry.Flags & (EventFlags.Addressed | EventFlags.Rejected)) != 0)
                continue;
            if (bytes > 0 && bytes + entry.Size > MostBytes)
                return entry.Sequence;
            bytes += entry.Size;
            _sequences.Add(entry.Sequence);
        }
        return _entries[count - 1].Sequence + 1;
    }

    private async ValueTask LoadAsync(CancellationToken cancel)
    {
        _records.Clear();
        _damaged.Clear();
        _used = 0;
        await log.ReadEventsAsync(shard, _sequences.ToArray(), this, cancel);
        if (_events.Length < _records.Count)
            _events = new ApplicationEvent[Math.Max(_records.Count, 64)];
        for (var i = 0; i < _records.Count; i++)
            _events[i] = new ApplicationEvent(_records[i].Sequence, new EventView(_bytes.AsMemory(_records[i].Start, _records[i].Length)));
        Events = new ArraySegment<ApplicationEvent>(_events, 0, _records.Count);
    }

    private async ValueTask KnowTopicsAsync(int count, CancellationToken cancel)
    {
        HashSet<int>? unknown = null;
        for (var i = 0; i < count; i++)
        {
            if (!_isOurs.ContainsKey(_entries[i].Topic))
                (unknown ??= []).Add(_entries[i].Topic);
        }
        if (unknown is null)
            return;
        if (_isOurs.Count + unknown.Count > MostTopics)
        {
            _isOurs.Clear();
            for (var i = 0; i < count; i++)
                unknown.Add(_entries[i].Topic);
        }
        var found = await catalog.FindAsync(new CatalogQuery.ByNumber(CatalogCodec.TopicKind, unknown), cancel);
        // The topic of this number may have been deleted. Then no application reads its events.
        foreach (var number in unknown)
            _isOurs[number] = false;
        foreach (var record in found)
            _isOurs[record.Number] = record.Id == topic;
    }
}
