using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.StoreBench.Groups;

/// <summary>
/// A log over the tables of any store, with the journal's way of writing: one thread takes all waiting appends, gives their events
/// sequences, makes them durable together, and then answers all of them.
/// </summary>
internal sealed class GroupLog : IEventLog, IAsyncDisposable
{
    public const int Shards = 16;

    private const int GroupBytes = 4 << 20;

    private readonly ILogTables _tables;
    private readonly StoreIdentity _identity;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Listeners<Action<ShardId, long>> _listeners = new();
    private readonly ConcurrentQueue<PendingAppend> _free = new();

    // Used by the writer's thread only.
    private readonly long[] _assigned = new long[Shards], _newestMs = new long[Shards];

    // Written by the writer's thread, read by any thread.
    private readonly long[] _heads = new long[Shards];
    private long _commits;

    // Shared with the callers, under the lock. A caller has one append in the queue at most, so their number bounds it. The event is set
    // outside the lock, because the writer would wake up and wait for the caller that holds it.
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private List<PendingAppend> _waiting = [];
    private bool _isResting;
    private StoreUnavailableException? _closed;

    public GroupLog(ILogTables tables, StoreIdentity identity)
    {
        (_tables, _identity) = (tables, identity);
        for (var shard = 0; shard < Shards; shard++)
            if (tables.Last(shard) is { } last)
            {
                _assigned[shard] = _heads[shard] = last.Sequence;
                _newestMs[shard] = last.AcceptedAtMs;
            }
        _thread = new Thread(Run) { Name = "group log", IsBackground = true };
        _thread.Start();
    }

    public int ShardCount => Shards;
    public ulong HashSeed => _identity.HashSeed;
    public UInt128 HashSecret => _identity.HashSecret;

    /// <summary>How many groups were made durable.</summary>
    public long Commits => Volatile.Read(ref _commits);

    public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(verdicts.Length, events.Length, nameof(verdicts));
        if (events.IsEmpty)
            return ValueTask.CompletedTask;
        var append = _free.TryDequeue(out var used) ? used : new PendingAppend(_free);
        var task = append.Begin(events, verdicts);
        bool wakes;
        lock (_gate)
        {
            if (_closed is not null)
                return ValueTask.FromException(_closed);
            _waiting.Add(append);
            (wakes, _isResting) = (_isResting, false);
        }
        if (wakes)
            _wake.Set();
        return task;
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
    {
        var most = Math.Clamp(Volatile.Read(ref _heads[shard.Value]) - from + 1, 0, into.Length);
        var count = most == 0 ? 0 : _tables.ReadIndex(shard.Value, from, into.Span[..(int)most]);
        return new(new IndexRead(count, 0, from + count));
    }

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel)
    {
        foreach (var sequence in sequences.Span)
            _tables.Read(shard.Value, sequence, sink);
        return ValueTask.CompletedTask;
    }

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) =>
        new(new LogBounds(1, Volatile.Read(ref _heads[shard.Value])));

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel)
    {
        var (low, high) = (1L, Volatile.Read(ref _heads[shard.Value]) + 1);
        var entry = default(IndexEntry);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_tables.ReadIndex(shard.Value, middle, new Span<IndexEntry>(ref entry)) == 0 || entry.AcceptedAtMs < time.ToUnixTimeMilliseconds())
                low = middle + 1;
            else
                high = middle;
        }
        return new(low);
    }

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) =>
        new(_tables.FindById(shard.Value, keyHash, idHash));

    public IDisposable OnHead(Action<ShardId, long> advanced) => _listeners.Add(advanced);

    /// <summary>Makes everything durable that waits, and closes the tables.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new StoreUnavailableException("The store is closed."));
        await _ended.Task.ConfigureAwait(false);
        _tables.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        List<PendingAppend> taken = [];
        var done = 0;
        try
        {
            for (taken = Take(taken); taken.Count > 0; taken = Take(taken))
            {
                for (done = 0; done < taken.Count;)
                {
                    var group = Write(CollectionsMarshal.AsSpan(taken)[done..]);
                    DurableAppends.HandOver(CollectionsMarshal.AsSpan(taken).Slice(done, group));
                    done += group;
                }
            }
        }
        catch (Exception failure)
        {
            // Disk and memory can differ after any failure, so nothing more is written.
            var unknown = new StoreUnavailableException($"The store has stopped: {failure.Message}", failure);
            Close(unknown);
            foreach (var append in CollectionsMarshal.AsSpan(taken)[done..])
                append.Fail(unknown);
            foreach (var append in Take([]))
                append.Fail(unknown);
        }
        _ended.SetResult();
    }

    /// <summary>Makes the first of these appends durable, as many as fit into a group. Returns their number.</summary>
    private int Write(ReadOnlySpan<PendingAppend> appends)
    {
        var (bytes, added, count) = (0, 0, 0);
        for (; count < appends.Length && bytes < GroupBytes; count++)
        {
            var events = appends[count].Events.Span;
            var verdicts = appends[count].Verdicts.Span;
            for (var i = 0; i < events.Length; i++)
            {
                verdicts[i] = Add(events[i]);
                bytes += events[i].Record.Length;
                added += verdicts[i].Verdict == Verdict.Accepted ? 1 : 0;
            }
        }
        if (added == 0)
            return count;
        _tables.Commit();
        Volatile.Write(ref _commits, _commits + 1);
        for (var shard = 0; shard < Shards; shard++)
        {
            if (_heads[shard] == _assigned[shard])
                continue;
            Volatile.Write(ref _heads[shard], _assigned[shard]);
            foreach (var listener in _listeners.All)
                listener(new ShardId(shard), _assigned[shard]);
        }
        return count;
    }

    private Appended Add(in NewEvent candidate)
    {
        if (Repeat.IsPossible(candidate.Index.Flags) && _tables.FindOriginal(candidate) is { } known)
            return known;
        var shard = candidate.Shard.Value;
        _newestMs[shard] = Math.Max(_newestMs[shard], candidate.Index.AcceptedAtMs);
        var index = candidate.Index with { Sequence = ++_assigned[shard], AcceptedAtMs = _newestMs[shard], Size = candidate.Record.Length };
        _tables.Add(shard, index, candidate.Record);
        return new Appended(Verdict.Accepted, index.Sequence);
    }

    /// <summary>Waits for appends and takes all of them. The result is empty when the log is closed.</summary>
    private List<PendingAppend> Take(List<PendingAppend> taken)
    {
        taken.Clear();
        while (MustRest())
            _wake.WaitOne();
        lock (_gate)
        {
            (taken, _waiting) = (_waiting, taken);
            return taken;
        }
    }

    private bool MustRest()
    {
        lock (_gate)
            return _isResting = _waiting.Count == 0 && _closed is null;
    }

    private void Close(StoreUnavailableException reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            _isResting = false;
        }
        _wake.Set();
    }
}
