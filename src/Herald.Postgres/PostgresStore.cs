using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Postgres.Appends;
using Herald.Postgres.Catalogs;
using Herald.Postgres.Commits;
using Herald.Postgres.Connections;
using Herald.Postgres.DeadLetters;
using Herald.Postgres.Leases;
using Herald.Postgres.Notifications;
using Herald.Postgres.Periods;
using Herald.Postgres.Reads;
using Herald.Postgres.Retention;
using Herald.Postgres.Sources;
using Herald.Postgres.State;

namespace Herald.Postgres;

/// <summary>
/// The store that nodes share: every role of the store contract over one PostgreSQL database. This type only connects the parts.
/// </summary>
public sealed class PostgresStore : IEventLog, ISourcePositions, IShardStore, IStateReader, ICatalogStore, IDeadLetterStore, IOwnership, IAsyncDisposable
{
    // Without new events housekeeping is not urgent, so ages and sizes are checked less often.
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(30), KeepIdleEvery = TimeSpan.FromMinutes(10);

    // Appends that wait for a transaction. Further callers wait to become one of them.
    private const int MostRequests = 8192;

    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly Database _database;
    private readonly StoreIdentity _identity;
    private readonly Dialect _dialect;
    private readonly PeriodReader _periods;
    private readonly HeadReader _headReader;
    private readonly BoundsReader _bounds;
    private readonly LogReader _log;
    private readonly EventAppender _appender;
    private readonly AppendPipelines _pipelines;
    private readonly CommitPipeline _commits;
    private readonly WholeCommit _wholeCommit;
    private readonly ProgressReader _progress;
    private readonly StateTable _state;
    private readonly CatalogTable _catalog;
    private readonly SemaphoreSlim _requests = new(MostRequests);
    private readonly DeadLetterTable _letters;
    private readonly LetterReader _letterReader;
    private readonly SourceTable _sources;
    private readonly Ownership _ownership;
    private readonly Housekeeper _keeper;
    private readonly Notifier _notifier;
    private readonly string _channel;
    private readonly Listeners<Action<ShardId, long>> _headHints = new();
    private readonly Listeners<Action<long>> _catalogHints = new();
    private readonly Listeners<Action> _moveHints = new();
    private readonly SemaphoreSlim _keeping = new(1);
    private readonly ITimer _keepTimer;
    private readonly NodeSession? _session;
    private readonly NeighbourWatch? _neighbour;
    private readonly Task _hearing;
    private RecentEvents?[] _recent;
    private long[] _heads;
    private long[]? _keptHeads;
    private long _keptAt;
    private long _catalogVersion;
    private bool _isDisposed;

    private PostgresStore(PostgresOptions options, TimeProvider time, Database database, Dialect dialect, StoreIdentity identity, PeriodReader periods, PeriodTables tables)
    {
        (_options, _time, _database, _dialect, _identity) = (options, time, database, dialect, identity);
        (_recent, _heads) = (new RecentEvents?[identity.ShardCount], new long[identity.ShardCount]);
        _channel = $"{options.Schema}_events";
        var records = new RecordReader(database);
        (_headReader, _bounds) = (new HeadReader(database, periods, time), new BoundsReader(database, periods, time));
        _log = new LogReader(database, periods, records, _headReader, _bounds);
        var appender = _appender = new EventAppender(database, periods, records, Stored, NoticeOf);
        _periods = periods;
        _pipelines = new AppendPipelines(database, appender, options.AppendPipelines);
        var commitSql = new CommitSql(database.Schema);
        _commits = new CommitPipeline(database, commitSql, dialect.CommitLazily);
        _wholeCommit = new WholeCommit(database, commitSql, _commits, appender, periods, records);
        _progress = new ProgressReader(database, commitSql, time);
        _state = new StateTable(database);
        _catalog = new CatalogTable(database, periods);
        _letters = new DeadLetterTable(database, appender, periods, records);
        _letterReader = new LetterReader(database);
        _sources = new SourceTable(database);
        var session = Notifies && dialect.HasSessionLocks ? new NodeSession(time) { OnLost = Moved } : null;
        var registry = new Registry(database, periods, options, identity, session);
        _ownership = new Ownership(registry, periods, new BeatWatch(time, options.Lease), session, options.Lease, identity.ShardCount, time, Renewed, OthersRemoved);
        _keeper = new Housekeeper(database, dialect, periods, new PeriodRoll(database, tables, periods), tables, options, time);
        _notifier = new Notifier(database, _channel);
        (_session, _neighbour) = (session, session is null ? null : new NeighbourWatch(database, time, Moved));
        _hearing = session is null
            ? new Poller(database, periods, time, Owned, Advanced).RunAsync()
            : Task.WhenAll(new Listener(database, _channel, session, time, Heard).RunAsync(), _neighbour!.RunAsync());
        _keepTimer = time.CreateTimer(_ => _ = KeepIfDueAsync(), null, KeepEvery, KeepEvery);
    }

    public int ShardCount => _identity.ShardCount;
    public ulong HashSeed => _identity.HashSeed;
    public UInt128 HashSecret => _identity.HashSecret;

    /// <summary>An id is remembered in its period and in the next one.</summary>
    public TimeSpan DuplicateWindow => 2 * _options.DuplicateWindow;


    public PostgresStatistics Statistics => new(
        _appender.Appends, _appender.Events, _pipelines.Waiting, _commits.Groups, _database.Failures, _ownership.Nodes, _periods.Map.All.Count, _keeper.IsFull)
    {
        HousekeepingFailures = _keeper.Failures,
        Locked = _database.Locks.Held.GroupBy(held => held.ProcessId).ToDictionary(held => held.Key, held => held.Select(one => one.Shard).Distinct().Count()),
    };

    /// <summary>
    /// Sentences about what keeps this node from some of its work while the rest continues; empty when there is no trouble.
    /// </summary>
    public IReadOnlyList<string> Troubles => [.. _database.Locks.Held.Select(_database.Locks.Describe)];

    /// <summary>Why no work is possible now, in a sentence; null while the database answers.</summary>
    public string? Outage => _database.Watch.Trouble;

    private bool Notifies => _options.Wake == WakeMode.Notify && _dialect.CanNotify;

    /// <summary>Opens the store. Its tables must exist (see <see cref="Migrations"/>).</summary>
    /// <remarks><paramref name="notices"/> receives lines for the operator, on any thread.</remarks>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    /// <exception cref="PostgresStoreException">Herald cannot use this database; the message says why.</exception>
    /// <exception cref="StoreUnavailableException">The database cannot be reached.</exception>
    public static async ValueTask<PostgresStore> OpenAsync(
        PostgresOptions options, TimeProvider time, Action<string>? notices = null, CancellationToken cancel = default)
    {
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        var database = new Database(options, time, notices);
        try
        {
            var dialect = await DatabaseCheck.RunAsync(database, notices ?? (_ => { }), cancel).ConfigureAwait(false);
            var tables = new PeriodTables(database, dialect);
            var identity = await StoreIdentity.OpenAsync(database, tables, options.ShardCount, time.GetUtcNow().ToUnixTimeMilliseconds(), cancel).ConfigureAwait(false);
            var periods = new PeriodReader(database);
            await periods.RefreshAsync(cancel).ConfigureAwait(false);
            database.OnTableGone = periods.RefreshAsync;
            return new PostgresStore(options, time, database, dialect, identity, periods, tables);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(verdicts.Length, events.Length, nameof(verdicts));
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        CheckShards(events.Span);
        if (events.IsEmpty)
            return;
        if (_keeper.IsFull)
        {
            verdicts.Span.Fill(new Appended(Verdict.NoRoom, 0));
            return;
        }
        await _requests.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            // A request in a pipeline cannot be cancelled.
            var request = new AppendRequest(events, verdicts);
            _pipelines.Add(request);
            await request.Ended.ConfigureAwait(false);
        }
        finally
        {
            _requests.Release();
        }
    }

    public ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel) =>
        _log.ReadIndexAsync(shard, from, into, cancel);

    public ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel) =>
        _log.ReadEventsAsync(shard, sequences, sink, cancel);

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => _log.BoundsAsync(shard, cancel);

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => _log.FindByTimeAsync(shard, time, cancel);

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) => _log.FindByIdAsync(shard, keyHash, idHash, cancel);

    public async ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel) => await _sources.ReadAsync(source, cancel).ConfigureAwait(false);

    public async ValueTask SaveSourcePositionAsync(SourcePosition position, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        await _sources.SaveAsync(position, cancel).ConfigureAwait(false);
    }

    public IDisposable OnHead(Action<ShardId, long> advanced) => _headHints.Add(advanced);

    public async ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel) => await _progress.LoadAsync(fence, cancel).ConfigureAwait(false);

    public async ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel) => await _progress.PeekAsync(shard, cancel).ConfigureAwait(false);

    /// <summary>100 ms. The notes of all shards of a node share one transaction.</summary>
    public TimeSpan NoteEvery => TimeSpan.FromMilliseconds(100);

    public void Note(ShardNote note) => _commits.Note(note);

    public async ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel) => CommitPipeline.Takes(commit)
        ? await _commits.CommitAsync(commit).ConfigureAwait(false)
        : await _wholeCommit.CommitAsync(commit, cancel).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
        await _state.ReadAsync(application, keys, cancel).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) =>
        await _state.ReadHistoryAsync(shard, sequence, cancel).ConfigureAwait(false);

    public async ValueTask<CatalogChanges> ReadAsync(long sinceVersion, int limit, CancellationToken cancel) =>
        await _catalog.ReadAsync(sinceVersion, limit, cancel).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<CatalogRecord>> FindAsync(CatalogQuery query, CancellationToken cancel) =>
        await _catalog.FindAsync(query, cancel).ConfigureAwait(false);

    public async ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel)
    {
        var reply = await _catalog.ChangeAsync(writes, cancel).ConfigureAwait(false);
        if (reply.Conflict is null)
        {
            CatalogChanged(reply.Version);
            if (Notifies && !_ownership.IsAlone)
                _notifier.Catalog(reply.Version);
        }
        return reply;
    }

    public IDisposable OnChange(Action<long> changed) => _catalogHints.Add(changed);

    public async ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel) => await _letterReader.ListAsync(query, cancel).ConfigureAwait(false);

    public async ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel) => await _letterReader.FindAsync(id, cancel).ConfigureAwait(false);

    public async ValueTask<int> DiscardAsync(IReadOnlyList<Discard> discards, CancellationToken cancel) =>
        await _letters.DiscardAsync(discards, cancel).ConfigureAwait(false);

    public async ValueTask<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel) => await _letters.RedriveAsync(redrives, cancel).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel) => _ownership.RenewAsync(cancel);

    public void Follows(long catalogVersion) => _ownership.Follows(catalogVersion);

    public ValueTask<long> OthersFollowAsync(CancellationToken cancel) => _ownership.OthersFollowAsync(cancel);

    public ValueTask<bool> GiveWayAsync(CancellationToken cancel) => _ownership.GiveWayAsync(cancel);

    public ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel) => _ownership.ReleaseAsync(leases, Notifies ? _channel : null, cancel);

    public IDisposable OnMoved(Action moved) => _moveHints.Add(moved);

    /// <summary>Waits for appends under way. Then this node unregisters, which frees its shards at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _keepTimer.DisposeAsync().ConfigureAwait(false);
        await _pipelines.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _ownership.LeaveAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // The other nodes find out by themselves.
        }
        _database.Close();
        await _hearing.ConfigureAwait(false);
        await _commits.DisposeAsync().ConfigureAwait(false);
        await _notifier.DisposeAsync().ConfigureAwait(false);
        await _database.DisposeAsync().ConfigureAwait(false);
        _headReader.Dispose();
        _bounds.Dispose();
        _progress.Dispose();
        _ownership.Dispose();
        _keeping.Dispose();
    }

    private Task KeepIfDueAsync()
    {
        var heads = Volatile.Read(ref _heads);
        if (!_keeper.IsFull && _keptHeads is { } kept && kept.AsSpan().SequenceEqual(heads) && _time.GetElapsedTime(_keptAt) < KeepIdleEvery)
            return Task.CompletedTask;
        (_keptHeads, _keptAt) = (heads, _time.GetTimestamp());
        return KeepAsync(TimeSpan.Zero);
    }

    /// <summary>
    /// Runs housekeeping now: begins new periods, frees what can be freed, and checks the other bounds. A timer does this too.
    /// </summary>
    /// <param name="patience">How long to wait for a run that is under way.</param>
    internal async Task KeepAsync(TimeSpan patience)
    {
        if (!_ownership.IsFirst || !await _keeping.WaitAsync(patience).ConfigureAwait(false))
            return;
        try
        {
            // A step failed, so run again even if nothing more is appended.
            if (!await _keeper.RunOnceAsync(Volatile.Read(ref _heads), _database.Closing).ConfigureAwait(false))
                _keptHeads = null;
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException)
        {
            // The store is closed.
        }
        finally
        {
            _keeping.Release();
        }
    }

    /// <summary>Notifies owners on this node at once, and owners on other nodes through the database.</summary>
    private void Stored(AppendPlan plan, ReadOnlyMemory<NewEvent> events)
    {
        _log.Stored(plan, events);
        var recent = Volatile.Read(ref _recent);
        foreach (var (shard, head) in plan.Advanced)
        {
            Advanced(shard, head);
            if (!plan.IsTold && recent[shard.Value] is null && Notifies && !_ownership.IsAlone)
                _notifier.Head(shard, head);
        }
    }

    private HeadNotice? NoticeOf(IReadOnlyList<int> shards)
    {
        if (!Notifies || _ownership.IsAlone)
            return null;
        var recent = Volatile.Read(ref _recent);
        var others = shards.Where(shard => recent[shard] is null).ToArray();
        return others.Length is > 0 and <= Message.MostHeads ? new HeadNotice(_channel, others) : null;
    }

    private void Renewed(Membership members, IReadOnlyList<Lease> leases)
    {
        var before = _recent;
        var recent = new RecentEvents?[ShardCount];
        foreach (var lease in leases)
            recent[lease.Shard.Value] = before[lease.Shard.Value] ?? new RecentEvents((int)Math.Min(1 << 30, _options.RecentBytes / ShardCount));
        Volatile.Write(ref _recent, recent);
        _log.Keep(recent);
        var heads = Volatile.Read(ref _heads);
        Volatile.Write(ref _heads, members.Heads);
        for (var shard = 0; shard < ShardCount; shard++)
            if (members.Heads[shard] > heads[shard])
                Advanced(new ShardId(shard), members.Heads[shard]);
        CatalogChanged(members.CatalogVersion);
        if (_session is { } session)
            _neighbour!.Follow(session.Key, members.Nodes);
    }

    // Other nodes take over their part of the removed node's shards as well, so notify them.
    private void OthersRemoved()
    {
        if (Notifies && !_ownership.IsAlone)
            _notifier.Owners();
    }

    private void Heard(string message) => Message.Read(message, Advanced, CatalogChanged, Moved);

    private int[] Owned() => [.. Volatile.Read(ref _recent).Index().Where(r => r.Item is not null).Select(r => r.Index)];

    private void Advanced(ShardId shard, long head)
    {
        foreach (var listener in _headHints.All)
            listener(shard, head);
    }

    private void CatalogChanged(long version)
    {
        // Heartbeats repeat versions that are known already.
        if (Interlocked.Exchange(ref _catalogVersion, version) == version)
            return;
        foreach (var listener in _catalogHints.All)
            listener(version);
    }

    private void Moved()
    {
        foreach (var listener in _moveHints.All)
            listener();
    }

    private void CheckShards(ReadOnlySpan<NewEvent> events)
    {
        foreach (ref readonly var one in events)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)one.Shard.Value, (uint)ShardCount, nameof(events));
    }
}
