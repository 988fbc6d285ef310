using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using Herald.Engine.Applications;
using Herald.Engine.Basics;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Herald.Engine.Shards;

/// <summary>
/// Saves a shard's progress, attempt history and skips, one commit at a time: at an interval, or at once when a lane waits for a skip.
/// </summary>
/// <remarks>
/// Between commits, as often as the store allows, a note saves what has been settled and nothing else, so that a crash repeats little. A
/// commit whose outcome is unknown is sent again unchanged, because the store recognises its number. What is too much for one commit goes
/// with the next. Only the shard's loop may use this class.
/// </remarks>
internal sealed class ShardCommits(
    Lease lease, ShardMachine machine, ApplicationRuns applications, ShardServices services, EngineOptions options, Action<ShardMessage> post, CancellationToken abort)
{
    private const int UrgentHistoryBytes = 1 << 16;

    // Computing what is settled examines every lane, so normally only every tenth commit does it. Retention can wait.
    private const int CommitsPerLookAtSettled = 10;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly RecordWriter _progress = new();
    private readonly CommitParts _parts = new(options.MostCommitBytes);
    private readonly List<RejectedEntry> _rejected = [];

    // Callers that wait for the commit under way.
    private readonly List<TaskCompletionSource> _waiting = [];
    private ShardCommit? _unsaved;
    private Skip[] _unsavedSkips = [];

    // Empty once their dead letters are part of the commit.
    private RejectedEntry[] _unsavedRejected = [];
    private long _unsavedAtMs;
    private bool _forwardsMissing;

    // Forwards whose events are in the commit. They come after those of applications; reports come last.
    private Skip[] _unsavedForwards = [];

    // For each event of the commit that is neither a forward nor a report: the application that made it.
    private string[] _unsavedMakers = [];

    private readonly CommitReports _reports = new(lease.Shard, services);
    private bool _reportsMissing;

    // Dead letters of emitted events that no subscription will receive.
    private readonly List<NewDeadLetter> _refused = [];
    private bool _isFailing;
    private long _number, _chainBytes, _checkpointBytes, _settledBelow;

    // The earliest times for the next commit, for the next note, and for sending a failed commit again.
    private long _dueMs, _noteDueMs, _againMs;

    // While the store is short of room, notes are left out.
    private bool _isShortOfRoom;

    private bool _mustReplace;

    // The difference of the clocks with which all saved times were converted.
    private long _wallAheadMs;
    private long _settledVersion;

    // More may be settled than the store knows. A store that is full waits for this, and a shard at a full store has nothing else to save.
    private bool _mayHaveSettled;

    // A new owner sends all kept keys with its first commit, later only changes.
    private int _sinceSettled = CommitsPerLookAtSettled;
    private Dictionary<ulong, long> _kept = [], _nextKept = [];
    private bool _haveToldKept;

    public AttemptHistory History { get; } = new();
    public bool UnderWay { get; private set; }
    public bool HasUnsaved =>
        machine.IsDirty || _parts.HasAny || _rejected.Count > 0 || _refused.Count > 0 || History.Bytes > 0 || _unsaved is not null;
    public long DueAtMs =>
        UnderWay ? long.MaxValue
        : _unsaved is not null ? _againMs
        : HasUnsaved ? Math.Min(_dueMs, NoteDueAtMs)
        : _mayHaveSettled ? LookDueAtMs
        : long.MaxValue;

    private long NoteDueAtMs => machine.HasSettled && !_isShortOfRoom ? _noteDueMs : long.MaxValue;

    // Times are rounded to this, so that the busy shards of a node save at the same moments. A store takes many commits for little more
    // than the cost of one.
    private long PaceMs => Math.Max(1, (long)Math.Min(services.Store.NoteEvery.TotalMilliseconds, options.CommitEvery.TotalMilliseconds));

    private long LookDueAtMs => _dueMs + (long)((CommitsPerLookAtSettled - 1) * options.CommitEvery).TotalMilliseconds;

    /// <param name="replace">Nothing may be added to the stored progress: the first commit must replace it.</param>
    public void GoOnFrom(ShardProgress stored, long nowMs, bool replace)
    {
        _mustReplace = replace;
        _wallAheadMs = machine.WallAheadMs;
        _noteDueMs = nowMs;
        _dueMs = nowMs + (long)options.CommitEvery.TotalMilliseconds;
        _chainBytes = stored.Records.Sum(r => (long)r.Length);
    }

    public void Add(List<Skip> skips) => skips.ForEach(_parts.Add);

    /// <summary>
    /// Adds messages that a source could not read, and damaged events. Their dead letters go with the progress that passes over them, so
    /// each becomes one dead letter.
    /// </summary>
    public void AddRejected(List<RejectedEntry> entries) => _rejected.AddRange(entries);

    /// <summary>Adds an application's changes. They go with one commit, whole. The task completes when they are durable.</summary>
    public Task Add(string application, ApplicationChanges changes)
    {
        _parts.Add(application, changes);
        return WhenSaved();
    }

    /// <summary>Completes when everything that has happened before this call is durable.</summary>
    public Task WhenSaved() => _parts.WhenSaved();

    /// <summary>Fails all callers that wait, because the loop has ended and nothing will be saved any more.</summary>
    public void GiveUp()
    {
        foreach (var waiting in (TaskCompletionSource[])[.. _parts.TakeAsked(), .. _waiting])
            waiting.TrySetException(new StoreUnavailableException($"Shard {lease.Shard} has stopped."));
    }

    public void BeginIfDue(long nowMs, bool stopping)
    {
        if (UnderWay)
            return;
        if (!HasUnsaved && !HasSettledMore(nowMs))
        {
            Tell(_parts.TakeAsked());
            return;
        }
        // A failed commit waits for its time, whatever else is urgent, so that a store in trouble is not called without pause.
        var urgent = _unsaved is null && (_parts.AreAwaited || _refused.Count > 0 || stopping || History.Bytes > UrgentHistoryBytes);
        if (!urgent && nowMs < DueAtMs)
            return;
        if (_unsaved is null && !urgent && nowMs < _dueMs && HasUnsaved)
        {
            Note(nowMs);
            return;
        }
        UnderWay = true;
        // All machine state is read here, because the loop goes on while the commit is under way.
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
                (_unsaved, _unsavedSkips, _unsavedForwards) = (null, [], []);
                foreach (var (forward, why) in committed.Refused.Forwards)
                    AddRefused(forward, why, nowMs);
                _refused.AddRange(committed.Refused.Letters);
                // Only a debug message: when a store is back, all shards would report it at once.
                if (_isFailing)
                    services.Logger.LogDebug("Shard {Shard} can save its progress again.", lease.Shard);
                _isFailing = false;
                Tell(_waiting);
                machine.OnSkipsDurable(committed.Skips);
                break;
            case StoreUnavailableException failure:
                // The store reserves room for progress. Without the attempt history, the commit may fit there.
                if (failure is StoreFullException)
                    _unsaved = _unsaved! with { History = null };
                if (!_isFailing)
                    services.Logger.LogWarning(failure,
                        "Shard {Shard} could not save its progress. It retries until the store answers.", lease.Shard);
                _isFailing = true;
                _againMs = nowMs + (long)RetryAfter.TotalMilliseconds;
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

    private bool HasSettledMore(long nowMs)
    {
        if (!_mayHaveSettled || nowMs < LookDueAtMs)
            return false;
        _mayHaveSettled = SettledBelow() > _settledBelow || _kept.Count != _nextKept.Count
            || _nextKept.Any(kept => !_kept.TryGetValue(kept.Key, out var told) || told != kept.Value);
        if (_mayHaveSettled)
            _sinceSettled = CommitsPerLookAtSettled;
        return _mayHaveSettled;
    }

    // Only while no commit is under way or waits to be sent again: the store treats a commit with a number below that of a note as already
    // applied.
    private void Note(long nowMs)
    {
        machine.SaveSettled(_progress);
        var progress = _progress.Take();
        _chainBytes += progress.Length;
        SetNoteDue(nowMs);
        services.Store.Note(new ShardNote(new Fence(lease.Shard, lease.Epoch), ++_number, _settledBelow, progress));
    }

    private void SetNoteDue(long nowMs) => _noteDueMs = MomentBy(nowMs + (long)services.Store.NoteEvery.TotalMilliseconds);

    private long MomentBy(long ms) => ms / PaceMs * PaceMs;

    private void Prepare(long nowMs, bool stopping)
    {
        _mayHaveSettled = true;
        _dueMs = MomentBy(nowMs + (long)options.CommitEvery.TotalMilliseconds);
        (_unsavedSkips, var changes) = _parts.Take(_waiting);
        // After the wall clock was set, all times must be written anew, because the next owner knows only what the clock shows then.
        var clockIsSet = machine.WallAheadMs != _wallAheadMs;
        var checkpoint = clockIsSet || _mustReplace || _chainBytes > Math.Max(options.LeastCheckpointBytes, 4 * _checkpointBytes);
        _mustReplace = false;
        if (clockIsSet)
            _wallAheadMs = machine.WallAheadMs;
        var wallMs = machine.ToWall(nowMs);
        machine.SaveProgress(_progress, checkpoint, nowMs, _parts.SkipsLeft());
        var progress = _progress.Take();
        _chainBytes = checkpoint ? progress.Length : _chainBytes + progress.Length;
        if (checkpoint)
            _checkpointBytes = progress.Length;
        SetNoteDue(nowMs);
        // A new catalog version can bring a replay, or a subscription that starts in the past. It needs events that were settled for all
        // others, so the mark must fall with this commit.
        IReadOnlyList<KeptKey> kept = [];
        var isAllKept = false;
        if (++_sinceSettled >= CommitsPerLookAtSettled || stopping || machine.Catalog.Version != _settledVersion)
        {
            (_settledBelow, _sinceSettled, _settledVersion) = (SettledBelow(), 0, machine.Catalog.Version);
            (kept, isAllKept, _haveToldKept) = (ChangesOfKept(), !_haveToldKept, true);
        }
        foreach (var skip in _unsavedSkips.Where(s => s.Kind is not (SkipKind.Forward or SkipKind.Delivered)))
        {
            History.Add(skip, wallMs);
            services.Metrics.Skipped(skip.Kind);
            services.Metrics.Damaged(skip.Reason?.Reason == DeadLetterReason.Damaged ? 1 : 0);
        }
        _forwardsMissing = _unsavedSkips.Any(s => s.Kind == SkipKind.Forward);
        _reportsMissing = CommitReports.AreAskedFor(_unsavedSkips);
        _unsaved = new ShardCommit
        {
            Fence = new Fence(lease.Shard, lease.Epoch),
            Number = ++_number,
            Progress = progress,
            IsCheckpoint = checkpoint,
            SettledBelow = _settledBelow,
            Kept = kept,
            IsAllKept = isAllKept,
            Emitted = [.. changes.SelectMany(c => c.Changes.Emitted)],
            State = [.. changes.SelectMany(c => c.Changes.State.Append(PlaceOf(c.Application, c.Changes.Next)))],
            DeadLetters = [.. _unsavedSkips.Where(s => s.Kind == SkipKind.DeadLetter).Select(skip => SkipLetter.Of(lease.Shard, skip)), .. changes.SelectMany(c => c.Changes.DeadLetters), .. _refused],
            History = History.Take(wallMs),
        };
        _refused.Clear();
        _unsavedMakers = [.. changes.SelectMany(c => c.Changes.Emitted.Select(_ => c.Application))];
        (_unsavedRejected, _unsavedAtMs) = ([.. _rejected], wallMs);
        _rejected.Clear();
    }

    private async Task SendAsync()
    {
        Exception? failure = null;
        var refused = EmittedRefusals.None;
        try
        {
            if (_forwardsMissing)
                await AddForwardedAsync();
            if (_reportsMissing)
                await AddReportsAsync();
            if (_unsavedRejected.Length > 0)
                await AddRejectedAsync();
            var began = services.Time.GetTimestamp();
            var reply = await services.Store.CommitAsync(_unsaved!, abort);
            services.Metrics.Committed(services.Time.GetElapsedTime(began));
            _isShortOfRoom = reply.IsShortOfRoom;
            if (_isShortOfRoom)
                _sinceSettled = CommitsPerLookAtSettled;
            if (_unsaved!.Emitted.Count > 0)
            {
                refused = await EmittedRefusals.OfAsync(_unsaved, reply, _unsavedMakers, _unsavedForwards, _unsavedAtMs, services, abort);
                var reports = _unsavedMakers.Length + _unsavedForwards.Length;
                _reports.Tell(_unsaved.Emitted.Zip(reply.Emitted, (one, taken) => (one, taken.Verdict)).Skip(reports));
            }
        }
        catch (Exception caught)
        {
            failure = caught;
        }
        post(new ShardMessage.Committed(_unsavedSkips, refused, failure));
    }

    private void AddRefused(in Skip forward, ForwardResult.Refused why, long nowMs)
    {
        services.Logger.LogWarning("Shard {Shard}: an event that was to be forwarded for subscription {Subscription} became a dead letter: {Why}", lease.Shard, forward.Lane.Owner.Entry.Subscription.FullId, why.Detail);
        _refused.Add(SkipLetter.Of(lease.Shard, forward, why));
        History.Add(forward with { Kind = SkipKind.DeadLetter }, machine.ToWall(nowMs));
    }

    private async ValueTask AddForwardedAsync()
    {
        var emitted = _unsaved!.Emitted.ToList();
        var letters = _unsaved.DeadLetters.ToList();
        var forwards = new List<Skip>();
        var history = new AttemptHistory();
        var ended = _unsavedSkips.ToArray();
        for (var i = 0; i < _unsavedSkips.Length; i++)
        {
            var skip = _unsavedSkips[i];
            if (skip.Kind != SkipKind.Forward)
                continue;
            var subscription = skip.Lane.Owner.Entry.Subscription;
            switch (await services.Forwarding.EncodeAsync(lease.Shard, skip.Item.Sequence, subscription, options.MostCommitBytes, abort))
            {
                case ForwardResult.Made made:
                    emitted.Add(made.Event);
                    forwards.Add(skip);
                    history.Add(skip, _unsavedAtMs, subscription.Retry.ForwardTo ?? "");
                    break;
                case ForwardResult.Refused refused:
                    letters.Add(SkipLetter.Of(lease.Shard, skip, refused));
                    history.Add(skip with { Kind = SkipKind.DeadLetter }, _unsavedAtMs);
                    ended[i] = CommitReports.WithRefusal(skip, refused);
                    break;
                case var other:
                    throw new UnreachableException($"{other}");
            }
        }
        _unsaved = _unsaved with { Emitted = emitted, DeadLetters = letters, History = AttemptHistory.Join(_unsaved.History, history.Take(_unsavedAtMs)) };
        (_unsavedSkips, _unsavedForwards, _forwardsMissing) = (ended, [.. forwards], false);
        foreach (var skip in _unsavedSkips.Where(s => s.Kind == SkipKind.Forward))
            services.Metrics.Skipped(forwards.Contains(skip) ? SkipKind.Forward : SkipKind.DeadLetter);
    }

    // After the forwards: how they end decides what their reports say.
    private async ValueTask AddReportsAsync()
    {
        var made = await _reports.MakeAsync(_unsavedSkips, _unsavedAtMs, abort);
        _unsaved = _unsaved! with { Emitted = [.. _unsaved!.Emitted, .. made] };
        _reportsMissing = false;
    }

    private async ValueTask AddRejectedAsync()
    {
        var letters = new RejectedLetters(lease.Shard, _unsavedAtMs);
        await services.Log.ReadEventsAsync(lease.Shard, _unsavedRejected.Select(one => one.Sequence).ToArray(), letters, abort);
        await letters.AddDamagedAsync(_unsavedRejected, services.Applications.CatalogStore, abort);
        _unsaved = _unsaved! with { DeadLetters = [.. _unsaved.DeadLetters, .. letters.Letters] };
        services.Metrics.Rejected(letters.Letters.Count - letters.Damaged);
        services.Metrics.Damaged(letters.Damaged);
        _unsavedRejected = [];
    }

    private long SettledBelow() => machine.SettledBelow(applications.SettledBelow, _nextKept);

    private List<KeptKey> ChangesOfKept()
    {
        var changes = new List<KeptKey>();
        foreach (var (key, from) in _nextKept)
        {
            if (!_kept.TryGetValue(key, out var before) || before != from)
                changes.Add(new KeptKey(key, from));
        }
        foreach (var key in _kept.Keys)
        {
            if (!_nextKept.ContainsKey(key))
                changes.Add(new KeptKey(key, 0));
        }
        (_kept, _nextKept) = (_nextKept, _kept);
        return changes;
    }

    private static StateWrite PlaceOf(string application, long next)
    {
        var place = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(place, next);
        return new StateWrite(ApplicationRun.Places, Encoding.UTF8.GetBytes(application), place);
    }
}
