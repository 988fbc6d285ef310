using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Simulation.Judges;
using Herald.Simulation.Runs;

namespace Herald.Simulation.Stores;

/// <summary>
/// A process's way to the store. A request arrives late, twice or not at all. Its reply comes later still, or is lost. After the process
/// has died, its requests can still arrive, even after its successor has begun.
/// </summary>
internal sealed class StoreLink(NodeView node, SimStore store, Judge judge, Func<string, StoreWeather> weather)
    : IEventLog, ISourcePositions, IShardStore, IStateReader, ICatalogStore, IDeadLetterStore, IOwnership
{
    public const string Renewal = "renewal";

    /// <summary>The longest time that a request or a reply is under way.</summary>
    public const int SlowestMs = 3000;
    private const string Read = "read", Release = "release";

    // A failed request is repeated 250 ms later, by a clock that can be a little slow.
    private const int AsksAgainWithinMs = 300;

    // When a beat has not moved for longer than a lease, its node's leases have run out. The margin is for a clock that is a little faster.
    private const double Margin = 1.1;
    private const int SessionGraceMs = 200;

    private readonly SimProcess _process = node.Process;
    private readonly Simulator _simulator = node.Process.Simulator;
    private readonly BeatWatch _beats = new((store.LeasesLast ?? TimeSpan.Zero) * Margin);
    private readonly SimSession _session = new(node.Process, store);
    private long _followed;
    private readonly List<Action> _movedListeners = [];
    private readonly List<Action<ShardId, long>> _headListeners = [];
    private readonly List<Action<long>> _changeListeners = [];
    private long _toldOfCatalog;

    /// <summary>The process holds a lock at the store for as long as it lives.</summary>
    public required bool HasSession { get; init; }

    /// <summary>
    /// The store announces each catalog version once. A node that cannot follow at that moment gets no second announcement.
    /// </summary>
    public required bool TellsOnce { get; init; }

    /// <summary>
    /// A reading of a log can show an older state of it, as a replica or another connection does. It is always a prefix of the present log.
    /// </summary>
    public required bool ReadsLag { get; init; }
    private const int MostLagMs = 80;

    public TimeSpan NoteEvery => store.NoteEvery;

    public int ShardCount => store.ShardCount;
    public ulong HashSeed => store.HashSeed;
    public UInt128 HashSecret => store.HashSecret;

    // ---- IEventLog ----

    public async ValueTask AppendAsync(ReadOnlyMemory<NewEvent> events, Memory<Appended> verdicts, CancellationToken cancel)
    {
        var sent = events.ToArray().Select(e => e with { Record = e.Record.ToArray() }).ToArray();
        (await WriteAsync("append", () => store.Publish(sent))).CopyTo(verdicts);
    }

    public async ValueTask<IndexRead> ReadIndexAsync(ShardId shard, long from, Memory<IndexEntry> into, CancellationToken cancel)
    {
        // A reading ends with a segment, and segments can be small.
        var most = Math.Min(into.Length, _simulator.Draw(1, 6));
        var asOf = ReadsLag && _simulator.Draw(0.3) ? _simulator.NowMs - _simulator.Draw(1, MostLagMs) : long.MaxValue;
        var read = await ReadAsync(() => store.ReadIndex(shard, from, most, asOf));
        if (asOf < long.MaxValue && read.Entries.Length == 0 && from <= store.Bounds(shard).Last)
            _simulator.Reached.Count("readings that did not find what had come");
        read.Entries.CopyTo(into);
        return new IndexRead(read.Entries.Length, read.CatalogVersion, read.Next);
    }

    public async ValueTask ReadEventsAsync(ShardId shard, ReadOnlyMemory<long> sequences, IEventSink sink, CancellationToken cancel)
    {
        var asked = sequences.ToArray();
        var read = await ReadAsync(() => store.ReadEvents(shard, asked));
        foreach (var (sequence, record) in read)
        {
            // A reading can fail half-way.
            if (weather(Read) is StoreWeather.Flaky && _simulator.Draw(0.02))
                throw Unavailable(Read);
            sink.OnEvent(sequence, record);
        }
    }

    public ValueTask<LogBounds> BoundsAsync(ShardId shard, CancellationToken cancel) => ReadAsync(() => store.Bounds(shard));

    public ValueTask<long> FindByTimeAsync(ShardId shard, DateTimeOffset time, CancellationToken cancel) => ReadAsync(() => store.FindByTime(shard, time));

    public ValueTask<long> FindByIdAsync(ShardId shard, ulong keyHash, ulong idHash, CancellationToken cancel) =>
        ReadAsync(() => store.FindById(shard, keyHash, idHash));

    public IDisposable OnHead(Action<ShardId, long> advanced) => new Listening<Action<ShardId, long>>(_headListeners, advanced);

    // ---- ISourcePositions ----

    public ValueTask<long?> ReadSourcePositionAsync(string source, CancellationToken cancel) => ReadAsync(() => store.ReadPosition(source));

    public async ValueTask SaveSourcePositionAsync(SourcePosition position, CancellationToken cancel) =>
        await WriteAsync("position", () => Do(() => store.SavePosition(position)));

    // ---- IShardStore ----

    public ValueTask<ShardProgress> LoadAsync(Fence fence, CancellationToken cancel) => ReadAsync(() => store.Load(fence));

    public ValueTask<ShardProgress> PeekAsync(ShardId shard, CancellationToken cancel) => ReadAsync(() => store.Peek(shard));

    public async ValueTask<CommitReply> CommitAsync(ShardCommit commit, CancellationToken cancel)
    {
        var failed = true;
        judge.OnSaving(commit.Fence, commit.Number, node.OnCommitAsked(commit));
        judge.OnGivingUp(node, commit);
        try
        {
            var reply = await WriteAsync("commit", () => store.Commit(commit), mayRepeat: true);
            failed = false;
            return reply;
        }
        finally
        {
            node.OnCommitEnded(commit.Fence, failed);
        }
    }

    public void Note(ShardNote note)
    {
        judge.OnSaving(note.Fence, note.Number, node.OnNoted(note.Fence));
        store.Expect(note);
        Send();

        async void Send()
        {
            try
            {
                await WriteAsync("note", () => Do(() => store.Note(note)), mayRepeat: true);
            }
            catch (StoreUnavailableException)
            {
                _simulator.Reached.Count("notes that did not arrive, or without a word of it");
            }
        }
    }

    // ---- IStateReader: nothing reads histories in these worlds ----

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadAsync(
        string application, IReadOnlyList<StateKey> keys, CancellationToken cancel) =>
        await ReadAsync(() => keys.Select(key => store.ReadState(key.Shard, application, key.Key)).ToArray());

    public ValueTask<IReadOnlyList<HistoryBlock>> ReadHistoryAsync(ShardId shard, long sequence, CancellationToken cancel) => throw new NotSupportedException();

    // ---- ICatalogStore ----

    async ValueTask<CatalogChanges> ICatalogStore.ReadAsync(long sinceVersion, int limit, CancellationToken cancel)
    {
        try
        {
            return await ReadAsync(() => store.ReadCatalog(sinceVersion, Math.Min(limit, 2)));
        }
        catch (StoreUnavailableException)
        {
            _simulator.Reached.Count("changes of the catalog that could not be read");
            throw;
        }
    }

    async ValueTask<IReadOnlyList<CatalogRecord>> ICatalogStore.FindAsync(CatalogQuery query, CancellationToken cancel) =>
        await ReadAsync(() => store.FindInCatalog(query));

    public ValueTask<CatalogReply> ChangeAsync(IReadOnlyList<CatalogWrite> writes, CancellationToken cancel) =>
        WriteAsync("change", () => store.ChangeCatalog(writes));

    public IDisposable OnChange(Action<long> changed) => new Listening<Action<long>>(_changeListeners, changed);

    // ---- IDeadLetterStore ----

    public ValueTask<DeadLetterPage> ListAsync(DeadLetterQuery query, CancellationToken cancel) =>
        ReadAsync(() => new DeadLetterPage(store.ListLetters(query), null));

    public ValueTask<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancel) => ReadAsync(() => store.FindLetter(id));

    public ValueTask<int> DiscardAsync(IReadOnlyList<Discard> discards, CancellationToken cancel) =>
        WriteAsync("change", () => store.DiscardLetters([.. discards.Select(discard => discard.Id)]));

    public ValueTask<int> RedriveAsync(IReadOnlyList<Redrive> redrives, CancellationToken cancel) => WriteAsync("change", () => store.Redrive(redrives), mayRepeat: true);

    // ---- IOwnership ----

    public async ValueTask<IReadOnlyList<Lease>> RenewAsync(CancellationToken cancel)
    {
        var (name, askedAt, followed) = (_process.Name, _process.Timestamp, _followed);
        var standingStill = _beats.StandingStill(askedAt);
        var renewal = store.LeasesLast is null ? await ReadAsync(() => store.Renew(name, [], [], false, 0)) : await RenewAsync([]);
        var ended = renewal.Ended.Where(beat => beat.Node != name).ToArray();
        if (ended.Length > 0)
        {
            // A node that has only lost its connection gets a moment to take its lock again on another one.
            await _session.PassAsync(SessionGraceMs);
            renewal = await RenewAsync(ended);
        }
        _beats.See(renewal.Beats, _process.Timestamp);
        judge.OnRenewed(node, renewal.Leases, askedAt);
        // Announcements can get lost. With a renewal, a node learns of the catalog sooner or later.
        if (_simulator.Draw(0.3))
            HintOfCatalog();
        return renewal.Leases;

        async Task<Stores.Renewal> RenewAsync(Beat[] without)
        {
            var holds = _session.IsKnownHeld;
            return await WriteAsync(Renewal, () => store.Renew(name, standingStill, without, holds, followed), mayRepeat: true).AsTask().WaitAsync(cancel);
        }
    }

    /// <summary>Breaks the connection that holds the process's lock. The process goes on.</summary>
    public void LoseSession() => _session.Lose();

    /// <summary>The process has ended. Its session ends, too, normally at once.</summary>
    public void End() => _session.End();

    /// <summary>Reported to the store with the next renewal.</summary>
    public void Follows(long catalogVersion) => _followed = Math.Max(_followed, catalogVersion);

    public ValueTask<long> OthersFollowAsync(CancellationToken cancel) => ReadAsync(() => store.OthersFollow(_process.Name));

    public async ValueTask ReleaseAsync(IReadOnlyList<Lease> leases, CancellationToken cancel)
    {
        judge.OnHandedOver(node, leases);
        await WriteAsync(Release, () => Do(() => store.Release(leases)), mayRepeat: true);
    }

    public async ValueTask<bool> GiveWayAsync(CancellationToken cancel) => await WriteAsync(Release, () => store.GiveWay(_process.Name));

    public IDisposable OnMoved(Action moved)
    {
        if (HasSession && store.LeasesLast is not null)
            _session.Begin(HintOfShards);
        return new Listening<Action>(_movedListeners, moved);
    }

    /// <summary>The process ends cleanly, so the others need not wait until its beat has stopped for long enough.</summary>
    public async ValueTask LeaveAsync() => await WriteAsync(Release, () => Do(() => store.Leave(_process.Name)));

    private static bool Do(Action change)
    {
        change();
        return true;
    }

    // ---- Announcements ----

    /// <summary>Notifies the process that there can be shards for it.</summary>
    public void HintOfShards()
    {
        foreach (var listener in _movedListeners.ToList())
            _process.Post(_ => listener(), null);
    }

    /// <summary>Notifies the process that the catalog has changed.</summary>
    public void HintOfCatalog()
    {
        if (TellsOnce && _toldOfCatalog == store.CatalogVersion)
            return;
        _toldOfCatalog = store.CatalogVersion;
        foreach (var listener in _changeListeners.ToList())
            _process.Post(_ => listener(store.CatalogVersion), null);
    }

    /// <summary>Notifies the process that logs have grown. The world loses some of these calls.</summary>
    public void Hint()
    {
        for (var shard = 0; shard < store.ShardCount; shard++)
        {
            var (at, last) = (new ShardId(shard), store.Bounds(new ShardId(shard)).Last);
            foreach (var listener in _headListeners.ToList())
                _process.Post(_ => listener(at, last), null);
        }
    }

    // ---- Requests and replies ----

    private ValueTask<T> ReadAsync<T>(Func<T> read)
    {
        _simulator.CheckThread();
        // Most readings are answered from memory.
        return weather(Read) is StoreWeather.Calm or StoreWeather.Slow && _simulator.Draw(0.7) ? ValueTask.FromResult(read()) : new(SendAsync(Read, read));
    }

    private ValueTask<T> WriteAsync<T>(string what, Func<T> write, bool mayRepeat = false)
    {
        _simulator.CheckThread();
        return new(SendAsync(what, write, mayRepeat));
    }

    private async Task<T> SendAsync<T>(string what, Func<T> apply, bool mayRepeat = false)
    {
        var reply = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var now = weather(what);
        if (now is not StoreWeather.Calm)
            node.RoughUntilMs = _simulator.NowMs + (2 * SlowestMs);
        var (arrives, fails) = now switch
        {
            StoreWeather.Down => (_simulator.Draw(0.3), true),
            StoreWeather.Flaky when _simulator.Draw(0.15) => (_simulator.Draw(0.5), true),
            StoreWeather.Calm or StoreWeather.Slow or StoreWeather.Flaky => (true, false),
        };
        if (fails && arrives && what is not (Read or Release))
            _simulator.Reached.Count($"{what}s applied, reply lost");
        _simulator.In(Delay(now), () => Arrive());
        if (now is not StoreWeather.Calm && arrives && mayRepeat && _simulator.Draw(0.1))
        {
            _simulator.Reached.Count("requests that arrive twice");
            _simulator.In(Delay(now) + _simulator.Draw(0, 500), () => Apply(apply));
        }
        try
        {
            return await reply.Task;
        }
        finally
        {
            // A paused process takes the answer later than it came, and waits only then before it asks again.
            if (now is not StoreWeather.Calm)
                node.RoughUntilMs = Math.Max(node.RoughUntilMs, _simulator.NowMs + AsksAgainWithinMs);
        }

        void Arrive()
        {
            // What a dead process had not sent completely never arrives.
            if (!_process.IsAlive && _simulator.Draw(0.5))
                return;
            var (result, failure) = arrives ? Apply(apply) : (default, null);
            _simulator.In(Delay(now), () =>
            {
                if (fails)
                    reply.TrySetException(Unavailable(what));
                else if (failure is not null)
                    reply.TrySetException(failure);
                else
                    reply.TrySetResult(result!);
            });
        }
    }

    private (T? Result, Exception? Failure) Apply<T>(Func<T> apply)
    {
        try
        {
            return (apply(), null);
        }
        catch (StaleOwnerException stale)
        {
            _simulator.Reached.Count(_process.IsAlive ? "late commits of living nodes refused" : "late commits of dead owners refused");
            return (default, stale);
        }
    }

    private long Delay(StoreWeather now) => now is StoreWeather.Calm ? _simulator.Draw(0, 2) : _simulator.Draw(0.03) ? _simulator.Draw(0, SlowestMs) : _simulator.Draw(0, 60);

    private static StoreUnavailableException Unavailable(string what) => new($"The store does not answer a {what}.");

    private sealed class Listening<T> : IDisposable
    {
        private readonly List<T> _all;
        private readonly T _one;

        public Listening(List<T> all, T one)
        {
            (_all, _one) = (all, one);
            all.Add(one);
        }

        public void Dispose() => _all.Remove(_one);
    }
}
