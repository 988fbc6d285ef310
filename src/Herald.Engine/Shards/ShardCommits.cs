using System.Buffers.Binary;
using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.History;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>
/// Saves a shard's progress, history and skips, one commit at a time: at an interval, or at once when a skip holds up its lane.
/// A commit whose outcome is unknown is sent again as it was: the store knows its number. Belongs to the shard's loop.
/// </summary>
internal sealed class ShardCommits(
    Lease lease, ShardMachine machine, ApplicationRuns applications, ShardServices services, EngineOptions options, Action<ShardMessage> post, CancellationToken abort)
{
    private const int UrgentHistoryBytes = 1 << 16;

    // Working out what is settled looks at every lane; retention can wait for it.
    private const int CommitsPerLookAtSettled = 10;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly RecordWriter _progress = new();
    private readonly List<Skip> _skips = [];
    private readonly List<long> _rejected = [];
    private readonly List<(string Application, ApplicationChanges Changes)> _changes = [];

    // Who waits until what has happened by now is durable: not begun yet, and in the commit that is.
    private readonly List<TaskCompletionSource> _asked = [], _waiting = [];
    private ShardCommit? _unsaved;
    private Skip[] _unsavedSkips = [];

    // Empty once their letters are part of the commit.
    private long[] _unsavedRejected = [];
    private long _rejectedAtMs;
    private bool _forwardsMissing;
    private long _number, _lastMs, _chainBytes, _checkpointBytes, _settledBelow = 1;
    private int _sinceSettled;
    private long _settledVersion;

    public AttemptHistory History { get; } = new();
    public bool UnderWay { get; private set; }
    public bool HasUnsaved => machine.IsDirty || _skips.Count > 0 || _rejected.Count > 0 || _changes.Count > 0 || History.Bytes > 0 || _unsaved is not null;
    public long DueAtMs => UnderWay || !HasUnsaved ? long.MaxValue : _lastMs + (long)options.CommitEvery.TotalMilliseconds;

    public void GoOnFrom(ShardProgress stored, long nowMs)
    {
        (_lastMs, _settledBelow, _settledVersion) = (nowMs, SettledBelow(), machine.Catalog.Version);
        _chainBytes = stored.Records.Sum(r => (long)r.Length);
    }

    public void Add(List<Skip> skips) => _skips.AddRange(skips);

    /// <summary>Sequences of messages that no source could understand. They go with the progress that says they have been read: each is told once.</summary>
    public void AddRejected(List<long> sequences) => _rejected.AddRange(sequences);

    /// <summary>What an application wants saved goes with the next commit, whole. Ends when that is durable.</summary>
    public Task Add(string application, ApplicationChanges changes)
    {
        _changes.Add((application, changes));
        return WhenSaved();
    }

    /// <summary>Ends when everything that has happened by now is durable.</summary>
    public Task WhenSaved()
    {
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Add(saved);
        return saved.Task;
    }

    /// <summary>The loop has ended: nothing will be saved any more.</summary>
    public void GiveUp()
    {
        foreach (var waiting in (TaskCompletionSource[])[.. _asked, .. _waiting])
            waiting.TrySetException(new StoreUnavailableException($"Shard {lease.Shard} has stopped."));
    }

    public void BeginIfDue(long nowMs, bool stopping)
    {
        if (UnderWay)
            return;
        if (!HasUnsaved)
        {
            Tell(_asked);
            return;
        }
        var urgent = _skips.Count > 0 || _asked.Count > 0 || stopping || History.Bytes > UrgentHistoryBytes;
        if (!urgent && nowMs < DueAtMs)
            return;
        (UnderWay, _lastMs) = (true, nowMs);
        // Everything of the machine is read here: the loop goes on while the commit is under way.
        if (_unsaved is null)
            Prepare(nowMs, stopping);
        _ = SendAsync();
    }

    public void OnEnded(ShardMessage.Committed committed, long nowMs)
    {
        UnderWay = false;
        switch (committed.Failure)
        {
            case null:
                (_unsaved, _unsavedSkips) = (null, []);
                Tell(_waiting);
                machine.OnSkipsDurable(committed.Skips);
                break;
            case StoreUnavailableException failure:
                services.Logger.LogWarning(failure, "Shard {Shard} could not save its progress; it tries again.", lease.Shard);
                _lastMs = nowMs - (long)(options.CommitEvery - RetryAfter).TotalMilliseconds;
                break;
            case OperationCanceledException when abort.IsCancellationRequested:
                break;
            default:
                throw new InvalidOperationException($"Shard {lease.Shard} cannot save its progress.", committed.Failure);
        }
    }

    private static void Tell(List<TaskCompletionSource> waiting)
    {
        foreach (var one in waiting)
            one.SetResult();
        waiting.Clear();
    }

    private void Prepare(long nowMs, bool stopping)
    {
        _waiting.AddRange(_asked);
        _asked.Clear();
        var checkpoint = _chainBytes > Math.Max(options.LeastCheckpointBytes, 4 * _checkpointBytes);
        machine.SaveProgress(_progress, checkpoint);
        var progress = _progress.Take();
        _chainBytes = checkpoint ? progress.Length : _chainBytes + progress.Length;
        if (checkpoint)
            _checkpointBytes = progress.Length;
        // A replay, or a subscription that starts in the past, needs again what was settled for all others: that cannot wait.
        if (++_sinceSettled >= CommitsPerLookAtSettled || stopping || machine.Catalog.Version != _settledVersion)
            (_settledBelow, _sinceSettled, _settledVersion) = (SettledBelow(), 0, machine.Catalog.Version);
        _unsavedSkips = [.. _skips];
        _skips.Clear();
        foreach (var skip in _unsavedSkips)
        {
            History.Add(skip, nowMs);
            services.Metrics.Skipped(skip.Kind);
        }
        _forwardsMissing = _unsavedSkips.Any(s => s.Kind == SkipKind.Forward);
        _unsaved = new ShardCommit
        {
            Fence = new Fence(lease.Shard, lease.Epoch),
            Number = ++_number,
            Progress = progress,
            IsCheckpoint = checkpoint,
            SettledBelow = _settledBelow,
            Emitted = [.. _changes.SelectMany(c => c.Changes.Emitted)],
            State = [.. _changes.SelectMany(c => c.Changes.State.Append(PlaceOf(c.Application, c.Changes.Next)))],
            DeadLetters = [.. _unsavedSkips.Where(s => s.Kind == SkipKind.DeadLetter).Select(ToDeadLetter), .. _changes.SelectMany(c => c.Changes.DeadLetters)],
            History = History.Take(nowMs),
        };
        _changes.Clear();
        (_unsavedRejected, _rejectedAtMs) = ([.. _rejected], nowMs);
        _rejected.Clear();
    }

    private async Task SendAsync()
    {
        Exception? failure = null;
        try
        {
            if (_forwardsMissing)
                await AddForwardedAsync();
            if (_unsavedRejected.Length > 0)
                await AddRejectedAsync();
            var began = services.Time.GetTimestamp();
            await services.Store.CommitAsync(_unsaved!, abort);
            services.Metrics.Committed(services.Time.GetElapsedTime(began));
        }
        catch (Exception caught)
        {
            failure = caught;
        }
        post(new ShardMessage.Committed(_unsavedSkips, failure));
    }

    private async ValueTask AddForwardedAsync()
    {
        var emitted = _unsaved!.Emitted.ToList();
        var letters = _unsaved.DeadLetters.ToList();
        foreach (var skip in _unsavedSkips.Where(s => s.Kind == SkipKind.Forward))
        {
            var subscription = skip.Lane.Owner.Entry.Subscription;
            if (await services.Forwarding.EncodeAsync(lease.Shard, skip.Item.Sequence, subscription, abort) is { } forwarded)
                emitted.Add(forwarded);
            else
                letters.Add(ToDeadLetter(skip)); // the topic to forward to is gone: nothing is dropped in silence
        }
        _unsaved = _unsaved with { Emitted = emitted, DeadLetters = letters };
        _forwardsMissing = false;
    }

    private async ValueTask AddRejectedAsync()
    {
        var letters = new RejectedLetters(lease.Shard, _rejectedAtMs);
        await services.Log.ReadEventsAsync(lease.Shard, _unsavedRejected, letters, abort);
        _unsaved = _unsaved! with { DeadLetters = [.. _unsaved.DeadLetters, .. letters.Letters] };
        services.Metrics.Rejected(letters.Letters.Count);
        _unsavedRejected = [];
    }

    private long SettledBelow() => Math.Min(machine.SettledBelow(), applications.SettledBelow);

    private static StateWrite PlaceOf(string application, long next)
    {
        var place = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, next);
        return new StateWrite(ApplicationRun.Places, Encoding.UTF8.GetBytes(application), place);
    }

    private NewDeadLetter ToDeadLetter(Skip skip)
    {
        var subscription = skip.Lane.Owner.Entry.Subscription;
        var id = new DeadLetterId(lease.Shard, subscription.Number, skip.Lane.Owner.Generation, skip.Item.Sequence);
        return new NewDeadLetter(id, subscription.Id, subscription.Topic, skip.Reason!, default);
    }
}
