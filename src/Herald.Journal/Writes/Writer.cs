using System.Runtime.InteropServices;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Checkpoints;
using Herald.Journal.Frames;
using Herald.Journal.Retention;

namespace Herald.Journal.Writes;

/// <summary>
/// The one thread that changes the journal. A turn:
/// 1. Take every waiting request.
/// 2. Encode as many as fit into one frame. This decides verdicts and sequences.
/// 3. Write and sync the frame.
/// 4. Apply its entries to the tables, then publish the heads of its shards.
/// 5. Complete the requests.
/// 6. Check bounds, checkpoint and retention.
/// Requests that arrive during a sync form the next frame, so a slower disk makes larger groups.
/// A frame of notes alone is written without a sync. It is in the kernel, so it outlives this process. The next sync makes it durable, and
/// that sync comes soon even if nothing else is written.
/// </summary>
/// <remarks>
/// A failed write or sync is final. The kernel may have dropped the pages and forgotten the error, so a second sync would succeed and prove
/// nothing. All waiting callers get an unknown outcome. Only a new opening determines what is on disk.
/// </remarks>
internal sealed class Writer
{
    private const int GroupBytes = 4 << 20;

    // At least 10 ms, and 10 times the last sync: notes alone keep the disk busy for a tenth of the time at most.
    private const double LeastUnsyncedMs = 10, UnsyncedPerSync = 10;

    private readonly TimeProvider _time;
    private readonly WriteQueue _queue;
    private readonly Action<IReadOnlyList<(ShardId Shard, long Head)>, long?> _published;
    private readonly Thread _thread;
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(ShardId, long)> _advanced = [];
    private readonly ulong _run;
    private ulong _nextFrame;
    private long _syncs;
    private double _lastSyncMs;

    // The last frame that is durable, and the time since when later frames exist.
    private ulong _durable;
    private long _unsyncedSince;

    public Writer(
        JournalContents contents, TimeProvider time, WriteQueue queue, ulong nextFrame, ulong run, CheckpointSchedule checkpoints,
        Action<IReadOnlyList<(ShardId Shard, long Head)>, long?> published)
    {
        Contents = contents;
        _time = time;
        _queue = queue;
        (_nextFrame, _durable) = (nextFrame, nextFrame - 1);
        _run = run;
        _published = published;
        Appender = new EventAppender(contents);
        Room = new Room(contents.Notice, contents.Options.Directory);
        Checkpoints = checkpoints;
        Retention = new SegmentRetention(this);
        _thread = new Thread(Run) { Name = "herald journal", IsBackground = true };
    }

    public JournalContents Contents { get; }
    public EventAppender Appender { get; }
    public Room Room { get; }
    public DurableAppends Durable { get; } = new();
    public CheckpointSchedule Checkpoints { get; }
    public SegmentRetention Retention { get; }

    /// <summary>The dead letters in the current frame.</summary>
    public HashSet<DeadLetterId> NewLetters { get; } = [];
    public ulong NextFrame => _nextFrame;
    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();
    public Task<Exception> Failed => _failed.Task;

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;
    public long Syncs => Volatile.Read(ref _syncs);
    public double LastSyncMs => Volatile.Read(ref _lastSyncMs);

    public void Start() => _thread.Start();

    /// <summary>Writes the current frame, which must fit into the segment. When this returns, the tables contain its entries.</summary>
    public void WriteFrame(bool sync = true)
    {
        var (segments, frame) = (Contents.Segments, Contents.Frame);
        var bytes = frame.Seal(_nextFrame, _run, _durable);
        segments.Write(bytes.Span);
        if (!sync && _durable == _nextFrame - 1)
            _unsyncedSince = _time.GetTimestamp();
        var at = new Location(segments.Current!.Number, (uint)segments.Offset + FrameHeader.Length);
        segments.Offset += (bytes.Length + FrameHeader.Alignment - 1) & -FrameHeader.Alignment;
        Checkpoints.Wrote(bytes.Length);
        _nextFrame++;
        if (sync)
            Sync();
        Publish(bytes.Span[FrameHeader.Length..], at);
        frame.Clear();
        NewLetters.Clear();
    }

    /// <summary>Makes all written frames durable. Call it before writing other files that rely on these frames.</summary>
    public void Sync()
    {
        if (_durable == _nextFrame - 1)
            return;
        var began = _time.GetTimestamp();
        Contents.Segments.Current!.File.Sync();
        Volatile.Write(ref _lastSyncMs, _time.GetElapsedTime(began).TotalMilliseconds);
        Volatile.Write(ref _syncs, _syncs + 1);
        _durable = _nextFrame - 1;
    }

    /// <summary>
    /// Makes room for a frame with this many bytes of entries, in a new segment if necessary. The current frame must be empty.
    /// </summary>
    public bool TryMakeRoom(long entryBytes, RoomFor use)
    {
        var segments = Contents.Segments;
        if (Room.IsOnReserve && Room.IsWorthTrying && segments.TryKeepReserve())
        {
            Room.IsOnReserve = false;
            Room.Found();
        }
        if (Room.IsOnReserve && use == RoomFor.Events)
            return false;
        var frameBytes = FrameHeader.Length + entryBytes;
        if (frameBytes <= RemainingFor(use))
            return true;
        // The header of a new segment says that all frames before it are durable.
        Sync();
        if (Room.IsWorthTrying && segments.TryRoll((int)frameBytes, _nextFrame, useReserve: false))
        {
            Room.IsOnReserve = false;
            if (segments.TryKeepReserve())
                Room.Found();
            return true;
        }
        Room.Full();
        if (use == RoomFor.Events || !segments.TryRoll((int)frameBytes, _nextFrame, useReserve: true))
            return false;
        Room.IsOnReserve = true;
        return frameBytes <= RemainingFor(use);
    }

    private long RemainingFor(RoomFor use)
    {
        var quarters = use switch
        {
            RoomFor.Events or RoomFor.Deliveries => 2,
            RoomFor.Progress => 1,
            RoomFor.Freeing => 0,
        };
        return Contents.Segments.Remaining - (Room.IsOnReserve ? quarters * (Contents.Options.SegmentBytes / 4) : 0);
    }

    private void Run()
    {
        List<Request>? taken = null;
        var done = 0;
        try
        {
            for (taken = Take(); taken is not null; taken = Take())
            {
                for (done = 0; done < taken.Count;)
                {
                    var group = EncodeGroup(taken, done);
                    if (!Contents.Frame.IsEmpty)
                        WriteFrame(sync: !AreNotes(CollectionsMarshal.AsSpan(taken).Slice(done, group)));
                    for (var last = done + group; done < last; done++)
                        taken[done].Complete(this);
                    Durable.HandOver();
                    _queue.Leave(group);
                    LookAfter();
                }
                done = 0;
                if (taken.Count == 0 || (_durable < _nextFrame - 1 && _time.GetElapsedTime(_unsyncedSince) >= UnsyncedFor))
                    Sync();
            }
            Sync();
        }
        catch (Exception failure)
        {
            Durable.HandOver();
            // After any failure, disk and memory can differ. Nothing must be built on them.
            Fail(failure, taken is null ? default : CollectionsMarshal.AsSpan(taken)[done..]);
        }
        _ended.TrySetResult();
    }

    private TimeSpan UnsyncedFor => TimeSpan.FromMilliseconds(Math.Max(LeastUnsyncedMs, UnsyncedPerSync * _lastSyncMs));

    private List<Request>? Take() => _queue.Take(_durable < _nextFrame - 1 ? UnsyncedFor : Timeout.InfiniteTimeSpan);

    // Ignores questions, because they write nothing.
    private static bool AreNotes(ReadOnlySpan<Request> group)
    {
        foreach (var request in group)
        {
            if (request.MaxBytes > 0 && !request.CanWait)
                return false;
        }
        return true;
    }

    /// <summary>Returns how many requests are in the frame.</summary>
    private int EncodeGroup(List<Request> taken, int from)
    {
        Appender.NowMs = NowMs;
        Contents.Window.Trim(Appender.NowMs);
        var frame = Contents.Frame;
        for (var i = from; i < taken.Count; i++)
        {
            var request = taken[i];
            var hasRoom = true;
            if (request.MaxBytes > 0)
            {
                var fits = frame.Length + (long)request.MaxBytes <= Contents.Segments.Remaining && !Room.IsOnReserve;
                if (!frame.IsEmpty && (!fits || frame.Length + (long)request.MaxBytes > GroupBytes))
                    return i - from;
                hasRoom = fits || TryMakeRoom(request.MaxBytes, request.RoomFor);
            }
            request.Encode(this, hasRoom);
            if (request.EndsGroup)
                return i - from + 1;
        }
        return taken.Count - from;
    }

    /// <summary>
    /// Applies entries to the tables before it publishes heads, so that a reader of a head sees a catalog that is at least as new.
    /// </summary>
    private void Publish(ReadOnlySpan<byte> entries, Location at)
    {
        var version = Contents.Catalog.Version;
        if (Contents.Frame.HasTableEntries)
            Contents.Apply(entries, at, replay: false);
        _advanced.Clear();
        for (var i = 0; i < Contents.Shards.Length; i++)
            if (Contents.Shards[i].Publish())
                _advanced.Add((new ShardId(i), Contents.Shards[i].Head));
        if (_advanced.Count > 0 || Contents.Catalog.Version != version)
            _published(_advanced, Contents.Catalog.Version == version ? null : Contents.Catalog.Version);
    }

    private void LookAfter()
    {
        if (Contents.DeadLetters.IsOverBounds)
            Retention.EvictLetters(NowMs);
        if (Room.IsWanted && Retention.RunOnce(NowMs))
            Room.MayHaveGrown();
        Checkpoints.BeginWhenDue(this);
    }

    private void Fail(Exception failure, ReadOnlySpan<Request> waiting)
    {
        var unknown = new StoreUnavailableException(
            "The journal has stopped. It is not known whether the requests in progress were stored.", failure);
        _queue.Close(unknown);
        _failed.TrySetResult(failure);
        Checkpoints.Fail(unknown);
        foreach (var request in waiting)
            request.Fail(unknown);
        _queue.Leave(waiting.Length);
        while (_queue.Take(Timeout.InfiniteTimeSpan) is { } rest)
        {
            foreach (var request in rest)
                request.Fail(unknown);
            _queue.Leave(rest.Count);
        }
    }
}
