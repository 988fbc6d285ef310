using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.DeadLetters;

/// <summary>The dead letters in the order they arrived, bounded by age, bytes and number.</summary>
/// <remarks>
/// Their reasons and records stay in the log. The writer changes the table once a change is durable; any thread can read it.
/// </remarks>
internal sealed class DeadLetterTable(SegmentLog segments, DamageLog damages, JournalOptions options)
{
    /// <summary>How many dead letters a list looks at before it releases the lock for a moment.</summary>
    private const int SliceLength = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<DeadLetterId, StoredLetter> _byId = [];
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private List<StoredLetter> _inOrder = [];
    private long _lastNumber, _bytes, _evicted;

    public int Count => _byId.Count;
    public long Bytes => Volatile.Read(ref _bytes);
    public long Evicted => Volatile.Read(ref _evicted);
    public bool IsOverBounds => _byId.Count > options.DeadLetterEntries || _bytes > options.DeadLetterBytesKept;

    /// <summary>Returns a number for a new dead letter. For the writer only.</summary>
    public long NextNumber() => ++_lastNumber;

    public bool Contains(in DeadLetterId id)
    {
        lock (_gate)
            return _byId.ContainsKey(id);
    }

    public DeadLetter? Find(in DeadLetterId id)
    {
        for (StoredLetter? tried = null; ;)
        {
            StoredLetter? letter;
            lock (_gate)
                if (!_byId.TryGetValue(id, out letter))
                    return null;
            if (letter.TryRead(segments, damages) is { } read)
                return read;
            if (ReferenceEquals(letter, tried))
                throw new JournalDamagedException(
                    segments.PathOf(letter.Entry.Segment), letter.Entry.Offset, "a log file that contains a dead letter is missing");
            tried = letter;
        }
    }

    public DeadLetterPage List(DeadLetterQuery query)
    {
        var after = query.Cursor is null ? 0
            : long.TryParse(query.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new ArgumentException(
                $"'{query.Cursor}' is not a cursor of this list. Use the nextCursor of a page, or none.", nameof(query));
        var found = new List<DeadLetter>();
        while (found.Count < query.Limit)
        {
            var slice = Slice(after);
            foreach (var letter in slice)
            {
                after = letter.Number;
                if (!letter.Matches(query) || Find(letter.Id) is not { } read)
                    continue;
                found.Add(read);
                if (found.Count == query.Limit)
                    break;
            }
            if (slice.Count < SliceLength && (slice.Count == 0 || after == slice[^1].Number))
                return new DeadLetterPage(found, null);
        }
        return new DeadLetterPage(found, after.ToString(CultureInfo.InvariantCulture));
    }

    public static void WriteGone(FrameBuffer frame, in DeadLetterId id)
    {
        frame.Begin(EntryType.DeadLetterGone, id.Shard.Value);
        frame.Add(id.Subscription);
        frame.Add(id.Generation);
        frame.Add(id.Sequence);
        frame.End();
    }

    public void ApplyGone(ref EntryReader entry)
    {
        var id = new DeadLetterId(new ShardId(entry.Shard), entry.Int(), entry.Int(), entry.Long());
        lock (_gate)
            if (_byId.Remove(id, out var letter))
                Forget(letter);
    }

    public void Apply(ref EntryReader entry, Location location, int bytes) => Put(StoredLetter.Read(ref entry, location, bytes, Name));

    /// <summary>Returns the oldest dead letters that exceed a bound.</summary>
    public List<StoredLetter> FindExcess(long nowMs, int atMost)
    {
        var excess = new List<StoredLetter>();
        var tooOld = nowMs - (long)options.DeadLetterRetention.TotalMilliseconds;
        lock (_gate)
        {
            int count = _byId.Count;
            var bytes = _bytes;
            foreach (var letter in _inOrder)
            {
                if (letter.IsGone)
                    continue;
                if (excess.Count == atMost
                    || (letter.DiedAtMs >= tooOld && count <= options.DeadLetterEntries && bytes <= options.DeadLetterBytesKept))
                    break;
                excess.Add(letter);
                count--;
                bytes -= letter.Bytes;
            }
        }
        return excess;
    }

    public void CountEvicted(int count) => Volatile.Write(ref _evicted, _evicted + count);

    public List<StoredLetter> In(uint segment)
    {
        lock (_gate)
            return [.. _inOrder.Where(l => !l.IsGone && l.IsIn(segment))];
    }

    public StoredLetter[] Snapshot()
    {
        lock (_gate)
            return [.. _inOrder.Where(l => !l.IsGone)];
    }

    public void Load(ref EntryReader entry) => Put(StoredLetter.Load(ref entry, Name));

    private void Put(StoredLetter letter)
    {
        lock (_gate)
        {
            _lastNumber = Math.Max(_lastNumber, letter.Number);
            if (!_byId.TryAdd(letter.Id, letter))
            {
                // A dead letter that retention copied forward keeps its place in the order.
                var old = _byId[letter.Id];
                _bytes -= old.Bytes;
                _byId[letter.Id] = letter;
                _inOrder[IndexOf(old.Number)] = letter;
            }
            else
            {
                _inOrder.Add(letter);
            }
            Volatile.Write(ref _bytes, _bytes + letter.Bytes);
        }
    }

    private void Forget(StoredLetter letter)
    {
        letter.IsGone = true;
        Volatile.Write(ref _bytes, _bytes - letter.Bytes);
        if (_inOrder.Count > 64 + (2 * _byId.Count))
            _inOrder = [.. _inOrder.Where(l => !l.IsGone)];
    }

    private List<StoredLetter> Slice(long after)
    {
        lock (_gate)
        {
            var from = IndexOf(after + 1);
            return _inOrder.GetRange(from, Math.Min(SliceLength, _inOrder.Count - from));
        }
    }

    /// <summary>Returns the index of the first dead letter with at least this number.</summary>
    private int IndexOf(long number)
    {
        int low = 0, high = _inOrder.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_inOrder[middle].Number < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Returns one shared string for all dead letters of a subscription.</summary>
    private string Name(string text)
    {
        if (_names.Count > 100_000)
            _names.Clear();
        return _names.TryGetValue(text, out var known) ? known : _names[text] = text;
    }
}
