using System.Buffers;
using System.Globalization;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Backup;
using Herald.Journal.Checkpoints;
using Herald.Journal.Files;
using Herald.Journal.Frames;
using Herald.Journal.Recovery;
using Herald.Journal.Shards;
using Herald.Journal.Writes;

namespace Herald.Journal;

/// <summary>The embedded store: every role of the store contract over one log on the local disk.</summary>
/// <remarks>
/// The writer's thread makes all changes. Reads use the tables, the index and the log on the caller's thread. This type only connects the
/// parts. It is over 400 lines long because it has seven roles with a few lines for each member.
/// </remarks>
public sealed class JournalStore : IEventLog, ISourcePositions, IShardStore, IStateReader, ICatalogStore, IDeadLetterStore, IOwnership, IAsyncDisposable
{
    /// <summary>The largest single change: an append, or a commit with everything in it.</summary>
    private const int MaxChangeBytes = 512 << 20;
    private const int LeasesPerRun = 1 << 20;

    /// <summary>
    /// How many of a shard's newest entries are searched for an id that no publisher gave: the window does not remember such ids.
    /// </summary>
    private const int ScannedForId = 100_000;

    private readonly JournalContents _contents;
    private readonly TimeProvider _time;
    private readonly IDisposable _lock;
    private readonly WriteQueue _queue = new();
    private readonly AppendPool _appends = new();
    private readonly CheckpointSchedule _checkpoints;
    private readonly Writer _writer;
    private readonly EventReader _events;
    private readonly Listeners<Action<ShardId, long>> _headHints = new();
    private readonly Listeners<Action<long>> _catalogHints = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly ITimer _ticks;
    private readonly Scrubber _scrubber;
    private readonly Task _scrubbing;
    private long _leases;
    private bool _isDisposed;

    private JournalStore(JournalContents contents, JournalRecovery recovery, TimeProvider time, IDisposable @lock)
    {
        _contents = contents;
        _time = time;
        _lock = @lock;
        _events = new EventReader(contents);
        _checkpoints = new CheckpointSchedule(contents.Options, request => _ = AskAsync(request));
        _checkpoints.Opened(recovery.Checkpoint.Segment, recovery.Replayed);
        // A process that stops writes a checkpoint last, so after it there is nothing to read again.
        Recovered = recovery.Replayed > 0 ? (recovery.ReplayedEvents, recovery.Replayed) : null;
        IsNew = contents.Run == 0;
        _writer = new Writer(contents, time, _queue, recovery.NextFrame, RunId.Of(contents.Identity.Store, contents.Run + 1), _checkpoints, Published);
        Begin();
        _ticks = time.CreateTimer(_ => _ = AskAsync(new Question<bool>(Tick)), null, TickEvery, TickEvery);
        _scrubber = new Scrubber(contents.Segments, recovery.Checkpoint, time, contents.Damages.Alarm);
        _scrubbing = Task.Run(() => _scrubber.RunAsync(_closing.Token));
    }

    private static TimeSpan TickEvery => TimeSpan.FromSeconds(10);

    /// <summary>5 ms. The queue holds notes back for another 4 ms, so that one note covers about 10 ms of deliveries.</summary>
    public TimeSpan NoteEvery => TimeSpan.FromMilliseconds(5);

    /// <summary>This opening has created the journal.</summary>
    public bool IsNew { get; }

    /// <summary>
    /// The events and the bytes that this opening read again from the log, because the last process did not stop cleanly. Null when it did.
    /// </summary>
    public (long Events, long Bytes)? Recovered { get; }

    public int ShardCount => _contents.Identity.ShardCount;
    public ulong HashSeed => _contents.Identity.HashSeed;
    public UInt128 HashSecret => _contents.Identity.HashSecret;
    public TimeSpan DuplicateWindow => _contents.Options.DuplicateWindow;

    /// <summary>
    /// Completes with the reason when the journal has stopped after a failure. The process should then end: only a new opening determines
    /// what is on disk.
    /// </summary>
    public Task<Exception> Failed => _writer.Failed;

    public JournalStatistics Statistics => new(
        _contents.Segments.All.Count, _contents.Space.Taken + _checkpoints.Size, _contents.Shards.Sum(s => s.Head - s.First + 1),
        _contents.DeadLetters.Count, _contents.DeadLetters.Bytes, _contents.DeadLetters.Evicted, _contents.Window.Entries,
        _contents.Window.AgeAt(_time.GetUtcNow()),
        _contents.Files.FreeBytes(_contents.Options.Directory), _writer.LastSyncMs, _writer.Syncs, _writer.Room.IsFull,
        _writer.Room.RefusedEvents, _checkpoints.Written, _scrubber.Damaged, _contents.Damages.Places);

    /// <summary>The records that the catalog has of a kind.</summary>
    public int CatalogRecords(string kind) => _contents.Catalog.Count(kind);

    /// <summary>What is wrong with the journal, in sentences; empty when nothing is known to be wrong.</summary>
    public IReadOnlyList<string> Troubles => (_contents.Damages.First, _scrubber.Damaged) switch
    {
        ({ } first, _) => [string.Create(CultureInfo.InvariantCulture,
            $"The journal is damaged in {_contents.Damages.Places} places that were read since the start, first here: {first}. Only a "
                + $"backup can still contain what was there.")],
        (_, > 0 and var frames) => [string.Create(CultureInfo.InvariantCulture,
            $"The journal is damaged: {frames} frames do not match their checksum. The log has their places.")],
        _ => [],
    };

    /// <summary>Opens the journal, or creates it. <paramref name="notices"/> receives lines for the operator, on any thread.</summary>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    /// <exception cref="JournalInUseException">Another process has the journal open.</exception>
    /// <exception cref="JournalDamagedException">Durable data is not what was written.</exception>
    /// <exception cref="JournalFormatException">A newer Herald wrote the journal, or one from before the first release.</exception>
    /// <exception cref="JournalDirectoryException">Every user can write to the directory.</exception>
    /// <exception cref="JournalUnfinishedException">An import into the directory has not finished.</exception>
    public static ValueTask<JournalStore> OpenAsync(
        JournalOptions options, TimeProvider time, Action<string>? notices = null, CancellationToken cancel = default) =>
        OpenAsync(options, time, new PosixFiles(), notices, cancel);

    /// <summary>As above. <paramref name="alarms"/> receives the lines about damage.</summary>
    public static ValueTask<JournalStore> OpenAsync(
        JournalOptions options, TimeProvider time, Action<string> notices, Action<string> alarms, CancellationToken cancel) =>
        OpenAsync(options, time, new PosixFiles(), notices, cancel, alarms);

    internal static async ValueTask<JournalStore> OpenAsync(
        JournalOptions options, TimeProvider time, IJournalFiles files, Action<string>? notices, CancellationToken cancel,
        Action<string>? alarms = null)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        options = options with { Directory = Path.GetFullPath(options.Directory) };
        return await Task.Run(() => Open(options, time, files, notices ?? (_ => { }), alarms), cancel).ConfigureAwait(false);
    }

    public ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(verdicts.Length, events.Length, nameof(verdicts));
        CheckShards(events.Span);
        if (events.IsEmpty)
            return ValueTask.CompletedTask;
        var bytes = CheckSize(AppendRequest.BytesOf(events.Span));
        // A request in the queue cannot be cancelled, because the writer reads the records. Cancelling only ends the wait for a place in
        // the queue.
        if (!_queue.TryEnter())
            return AppendSlowlyAsync(events, verdicts, bytes, cancel);
        var request = _appends.Rent().Begin(events, verdicts, bytes);
        var task = request.Task;
        _queue.Add(request);
        return task;
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
    {
        const int AtOnce = 512;
        var index = _contents.Shards[shard.Value];
        if (from < index.First)
            return new ValueTask<IndexRead>(ReadKept(shard, from, index.First, into.Span));
        var entries = ArrayPool<StoredEntry>.Shared.Rent(Math.Min(AtOnce, into.Length));
        try
        {
            var total = 0;
            while (total < into.Length)
            {
                var read = index.Read(from + total, entries.AsSpan(0, Math.Min(entries.Length, into.Length - total)));
                for (var i = 0; i < read; i++)
                    into.Span[total + i] = entries[i].ToIndexEntry();
                total += read;
                if (read == 0)
                    break;
            }
            // Retention can free entries while they are read, so discard what was read if the first sequence has moved.
            if (from < index.First)
                return new ValueTask<IndexRead>(ReadKept(shard, from, index.First, into.Span));
            // Read the version after the entries: the catalog of their frame, or a later one, was in force before their head was published.
            return new ValueTask<IndexRead>(new IndexRead(total, _contents.Catalog.Version, from + total));
        }
        finally
        {
            ArrayPool<StoredEntry>.Shared.Return(entries);
        }
    }

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel)
    {
        _events.Read(shard.Value, sequences.Span, sink);
        return ValueTask.CompletedTask;
    }

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel)
    {
        var index = _contents.Shards[shard.Value];
        return new ValueTask<LogBounds>(new LogBounds(index.First, index.Head));
    }

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel)
    {
        var index = _contents.Shards[shard.Value];
        return new ValueTask<long>(index.FindByTime(index.First, time.ToUnixTimeMilliseconds()));
    }

    public async ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel)
    {
        CheckShard(shard);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var remembered = await AskAsync(w => w.Contents.Duplicates.Find(shard.Value, keyHash, idHash, now), cancel).ConfigureAwait(false);
        return remembered > 0 ? remembered : _contents.Shards[shard.Value].FindById(keyHash, idHash, ScannedForId);
    }

    public async ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel) =>
        await AskAsync(w => w.Contents.Sources.Find(source), cancel).ConfigureAwait(false);

    public async ValueTask SaveSourcePositionAsync(SourcePosition position, CancellationToken cancel) =>
        await AskAsync(new PositionRequest(position), cancel).ConfigureAwait(false);

    public IDisposable OnHead(Action<ShardId, long> advanced) => _headHints.Add(advanced);

    public async ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel)
    {
        CheckShard(fence.Shard);
        return await AskAsync(w => Load(w.Contents.Owners[fence.Shard.Value], fence), cancel).ConfigureAwait(false);
    }

    public async ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel)
    {
        CheckShard(shard);
        return await AskAsync(w => new ShardProgress(w.Contents.Owners[shard.Value].Records()), cancel).ConfigureAwait(false);
    }

    public async ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel)
    {
        CheckShard(commit.Fence.Shard);
        CheckShards(new NewEvents(commit.Emitted).Span);
        foreach (var letter in commit.DeadLetters)
            CheckShard(letter.Id.Shard);
        return await AskAsync(new CommitRequest(commit, CheckSize(CommitRequest.BytesOf(commit))), cancel).ConfigureAwait(false);
    }

    public void Note(ShardNote note)
    {
        CheckShard(note.Fence.Shard);
        _ = AskAsync(new NoteRequest(note));
    }

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel)
    {
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        try
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = _contents.State.Read(keys[i].Shard.Value, application, keys[i].Key.Span);
        }
        catch (JournalDamagedException damage)
        {
            throw new InvalidDataException(damage.Message, damage);
        }
        return new ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>>(values);
    }

    public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) =>
        new(_contents.History.Read(shard.Value, sequence));

    public ValueTask<CatalogChanges> ReadAsync(long sinceVersion, int limit, CancellationToken cancel) =>
        new(_contents.Catalog.Read(sinceVersion, limit));

    public ValueTask<IReadOnlyList<CatalogRecord>> FindAsync(CatalogQuery query, CancellationToken cancel) =>
        new(_contents.Catalog.Find(query));

    public async ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel) =>
        await AskAsync(new CatalogRequest(writes, CheckSize(CatalogRequest.BytesOf(writes, ShardCount))), cancel).ConfigureAwait(false);

    public IDisposable OnChange(Action<long> changed) => _catalogHints.Add(changed);

    public ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel) => new(_contents.DeadLetters.List(query));

    public ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel) => new(_contents.DeadLetters.Find(id));

    public ValueTask<int> DiscardAsync(IReadOnlyList<Discard> discards, CancellationToken cancel) => RemoveAsync(discards, [], cancel);

    public ValueTask<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel)
    {
        foreach (var redrive in redrives)
            CheckShards([redrive.Event]);
        return RemoveAsync([], redrives, cancel);
    }

    /// <summary>Does nothing: no other node uses this store.</summary>
    public void Follows(long catalogVersion) { }

    public ValueTask<long> OthersFollowAsync(CancellationToken cancel) => new(long.MaxValue);

    /// <summary>Grants all shards, for as long as the process runs. A shard that was released gets a new epoch.</summary>
    public async ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel) =>
        await AskAsync(Renew, cancel).ConfigureAwait(false);

    public ValueTask<bool> GiveWayAsync(CancellationToken cancel) => new(false);

    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel) => await AskAsync(
        w =>
        {
            foreach (var lease in leases)
                if (w.Contents.Owners[lease.Shard.Value] is var owner && owner.Epoch == lease.Epoch)
                    owner.Grant(0);
            return true;
        },
        cancel).ConfigureAwait(false);

    /// <summary>Never calls back: shards do not move, because there is one process.</summary>
    public IDisposable OnMoved(Action moved) => new Listeners<Action>().Add(moved);

    /// <summary>Copies the journal into an empty directory while it serves.</summary>
    /// <remarks>The copy contains everything that was accepted before the call. Nothing is freed during the copy.</remarks>
    public async ValueTask BackupAsync(string directory, CancellationToken cancel)
    {
        var backup = new JournalBackup(_contents, Path.GetFullPath(directory));
        await AskAsync(w => w.Retention.Holds++, cancel).ConfigureAwait(false);
        try
        {
            if (!await (await AskAsync(w => w.Checkpoints.RequestAsync(), cancel).ConfigureAwait(false)).WaitAsync(cancel).ConfigureAwait(false))
                throw new IOException(
                    $"There is no room in '{_contents.Options.Directory}' for the checkpoint of a backup. Free some disk space.");
            await Task.Run(backup.CopyCheckpoint, cancel).ConfigureAwait(false);
            var (segments, offset) = await AskAsync(
                w => (w.Contents.Segments.All, w.Contents.Segments.Offset), cancel).ConfigureAwait(false);
            await Task.Run(() => backup.CopyLog(segments, offset, cancel), cancel).ConfigureAwait(false);
        }
        finally
        {
            await AskAsync(w => w.Retention.Holds--, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Completes the requests in the queue, writes a last checkpoint, and unlocks the directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _ticks.DisposeAsync().ConfigureAwait(false);
        await _scrubbing.ConfigureAwait(false);
        _queue.Close(new StoreUnavailableException("The journal is closed."));
        await _writer.Ended.ConfigureAwait(false);
        try
        {
            await _checkpoints.CloseAsync(_writer).ConfigureAwait(false);
        }
        finally
        {
            _contents.Dispose();
            _lock.Dispose();
            _closing.Dispose();
        }
    }

    /// <summary>For tests: completes when a checkpoint taken now is written.</summary>
    internal async Task CheckpointAsync(CancellationToken cancel) =>
        await (await AskAsync(w => w.Checkpoints.RequestAsync(), cancel).ConfigureAwait(false)).ConfigureAwait(false);

    /// <summary>For tests: completes when the writer's periodic work is done.</summary>
    internal Task TickAsync(CancellationToken cancel) => AskAsync(Tick, cancel);

    private static JournalStore Open(
        JournalOptions options, TimeProvider time, IJournalFiles files, Action<string> notice, Action<string>? alarm)
    {
        var paths = new JournalPaths(options.Directory);
        paths.Create(files, notice);
        var held = files.Lock(paths.Root);
        JournalContents? contents = null;
        try
        {
            if (files.Exists(paths.Importing))
                throw new JournalUnfinishedException(paths.Root);
            // An earlier process may have created files and ended before it synced their directory. From here on we rely on these files.
            files.SyncDirectory(paths.Root);
            files.SyncDirectory(paths.Log);
            var identity = JournalIdentity.ReadOrCreate(files, paths, options.ShardCount);
            if (identity.ShardCount != options.ShardCount)
                notice(
                    $"The journal was created with {identity.ShardCount} shards and keeps them. The setting "
                        + $"journal.shardCount = {options.ShardCount} has no effect.");
            contents = new JournalContents(options, files, identity, notice, alarm);
            var recovery = new JournalRecovery(contents);
            recovery.Run(time.GetUtcNow().ToUnixTimeMilliseconds());
            return new JournalStore(contents, recovery, time, held);
        }
        catch
        {
            contents?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Records this run, so that no epoch is given twice; then starts the writer.</summary>
    private void Begin()
    {
        if (!_writer.TryMakeRoom(FrameBuffer.EntryBytes(8), RoomFor.Freeing))
            throw new IOException(
                $"There is no room to open the journal in '{_contents.Options.Directory}'. Free "
                    + "some disk space, or raise journal.maxBytes.");
        _contents.WriteRun(_contents.Run + 1);
        _writer.WriteFrame();
        if (!_contents.Segments.TryKeepReserve())
        {
            // Only the rest of the current segment is left, so publishing must not take it.
            _writer.Room.IsOnReserve = true;
            _writer.Room.Full();
        }
        _writer.Start();
    }

    /// <summary>
    /// Reads below the first sequence of the log. The index can hold more entries there, because ids outlive events; only copied events are
    /// returned.
    /// </summary>
    private IndexRead ReadKept(ShardId shard, long from, long first, Span<IndexEntry> into)
    {
        var count = _contents.Kept[shard.Value].Read(from, first, into);
        return new IndexRead(count, _contents.Catalog.Version, count > 0 && count == into.Length ? into[count - 1].Sequence + 1 : first);
    }

    private static ShardProgress Load(ShardOwner owner, Fence fence) =>
        CommitRequest.Refusal(fence, owner) is { } stale ? throw stale : new ShardProgress(owner.Records());

    private Lease[] Renew(Writer writer)
    {
        var leases = new Lease[ShardCount];
        for (var i = 0; i < leases.Length; i++)
        {
            var owner = writer.Contents.Owners[i];
            if (owner.Epoch == 0)
                owner.Grant((writer.Contents.Run * LeasesPerRun) + ++_leases);
            leases[i] = new Lease(new ShardId(i), owner.Epoch, null);
        }
        return leases;
    }

    private static bool Tick(Writer writer)
    {
        var now = writer.NowMs;
        writer.Contents.Window.Trim(now);
        writer.Contents.History.Trim(now);
        writer.Retention.EvictLetters(now);
        writer.Retention.RunOnce(now);
        writer.Room.MayHaveGrown();
        return true;
    }

    private async ValueTask AppendSlowlyAsync(
        ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, int bytes, CancellationToken cancel)
    {
        await _queue.EnterAsync(cancel).ConfigureAwait(false);
        var request = _appends.Rent().Begin(events, verdicts, bytes);
        var task = request.Task;
        _queue.Add(request);
        await task.ConfigureAwait(false);
    }

    private async ValueTask<int> RemoveAsync(IReadOnlyList<Discard> discards, IReadOnlyList<Redrive> redrives, CancellationToken cancel) =>
        discards.Count + redrives.Count == 0 ? 0
        : await AskAsync(
            new RemoveLettersRequest(discards, redrives, CheckSize(RemoveLettersRequest.BytesOf(discards, redrives))),
            cancel).ConfigureAwait(false);

    private Task<T> AskAsync<T>(Func<Writer, T> ask, CancellationToken cancel) => AskAsync(new Question<T>(ask), cancel);

    private async Task<T> AskAsync<T>(Request<T> request, CancellationToken cancel)
    {
        await _queue.EnterAsync(cancel).ConfigureAwait(false);
        _queue.Add(request);
        return await request.Reply.ConfigureAwait(false);
    }

    /// <summary>Queues a request of the journal itself. No caller waits for the reply.</summary>
    private async Task AskAsync(Request request)
    {
        try
        {
            await _queue.EnterAsync(_closing.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        _queue.Add(request);
    }

    private void Published(IReadOnlyList<(ShardId Shard, long Head)> advanced, long? catalogVersion)
    {
        if (catalogVersion is { } version)
            foreach (var listener in _catalogHints.All)
                listener(version);
        foreach (var listener in _headHints.All)
            for (var i = 0; i < advanced.Count; i++)
                listener(advanced[i].Shard, advanced[i].Head);
    }

    private void CheckShards(ReadOnlySpan<NewEvent> events)
    {
        foreach (ref readonly var one in events)
            CheckShard(one.Shard);
    }

    /// <summary>
    /// Checked before a request goes to the writer's thread, where one caller's mistake would stop the journal for all callers.
    /// </summary>
    private void CheckShard(ShardId shard) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)shard.Value, (uint)ShardCount, nameof(shard));

    private static int CheckSize(long bytes) =>
        bytes <= MaxChangeBytes ? (int)bytes
        : throw new ArgumentException($"A change has {bytes} bytes, more than the limit of {MaxChangeBytes}.", nameof(bytes));
}
