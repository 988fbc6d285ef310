using Herald.Engine.Catalogs;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Engine.Subscriptions;

namespace Herald.Engine.Applications;

/// <summary>
/// Events for an application, its state, and the changes that it wants saved: state, events and dead letters, all or nothing. One object
/// serves many batches.
/// </summary>
public sealed class ApplicationBatch
{
    private readonly ShardId _shard;
    private readonly string _application;
    private readonly StateCache _state;
    private readonly Catalog _catalog;
    private readonly Intake _intake;
    private readonly HashSet<byte[]> _needed = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], ReadOnlyMemory<byte>?> _written = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], InvalidDataException> _damaged = new(KeyComparer.Instance);
    private readonly List<NewEvent> _emitted = [];
    private readonly List<NewDeadLetter> _letters = [];
    private ArraySegment<ApplicationEvent> _events;

    internal ApplicationBatch(ShardId shard, string application, StateCache state, Catalog catalog, Intake intake) =>
        (_shard, _application, _state, _catalog, _intake) = (shard, application, state, catalog, intake);

    /// <summary>The events, in the order of the log. Empty when the application is called only because time has passed.</summary>
    public IReadOnlyList<ApplicationEvent> Events => _events;

    /// <summary>The time at which the batch began, in Unix milliseconds.</summary>
    public long NowMs { get; private set; }

    /// <summary>The earliest time for which this batch has asked for a tick. Null when it has asked for none.</summary>
    internal long? TickAtMs { get; private set; }

    /// <summary>Bytes of the changes.</summary>
    internal long Bytes { get; private set; }

    internal bool HasChanges => _written.Count > 0 || _emitted.Count > 0 || _letters.Count > 0;

    internal void Begin(ArraySegment<ApplicationEvent> events, long nowMs)
    {
        (_events, NowMs, Bytes, TickAtMs) = (events, nowMs, 0, null);
        _needed.Clear();
        _damaged.Clear();
        _written.Clear();
        _emitted.Clear();
        _letters.Clear();
    }

    /// <summary>Announces a key that <see cref="Get"/> will be called with.</summary>
    public void Need(ReadOnlySpan<byte> key)
    {
        if (!_state.TryGet(key, out _) && !_damaged.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey(key))
            _needed.GetAlternateLookup<ReadOnlySpan<byte>>().Add(key);
    }

    /// <summary>Loads the values of the announced keys into memory. A value that is damaged costs only itself: see <see cref="Get"/>.</summary>
    public async ValueTask LoadAsync(CancellationToken cancel)
    {
        await _state.LoadAsync(_needed, _damaged.Add, cancel);
        _needed.Clear();
    }

    /// <summary>The value, including changes of this batch; null when there is none.</summary>
    /// <exception cref="InvalidDataException">The store cannot read the value; the message says why. It can be written anew.</exception>
    public ReadOnlyMemory<byte>? Get(ReadOnlySpan<byte> key)
    {
        if (_written.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var value) || _state.TryGet(key, out value))
            return value;
        if (_damaged.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var damage))
            throw new InvalidDataException(damage.Message, damage);
        throw new InvalidOperationException($"Application {_application} reads a state entry that was not loaded.");
    }

    /// <param name="value">
    /// Null deletes the entry; an empty value, such as <c>default(ReadOnlyMemory)</c>, is stored. The engine owns the memory from now on.
    /// </param>
    public void Set(ReadOnlySpan<byte> key, ReadOnlyMemory<byte>? value)
    {
        var written = _written.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (written.TryGetValue(key, out var before))
            Bytes -= key.Length + StateValue.LengthOf(before);
        written[key] = value;
        Bytes += key.Length + StateValue.LengthOf(value);
    }

    /// <summary>The topic with this name, of the application's tenant. It is created when it does not exist.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public ValueTask<Topic> TopicAsync(string name, CancellationToken cancel) => _catalog.EnsureTopicAsync(name, cancel);

    /// <summary>
    /// Adds an event that is accepted if, and only if, the batch is saved. Its id is only for display and is not checked for duplicates.
    /// </summary>
    /// <exception cref="ArgumentException">The draft is not a valid event; the message says why.</exception>
    public void Emit(Topic topic, in EventDraft draft)
    {
        if (topic.Tenant != _catalog.Tenant)
            throw new ArgumentException(
                $"Application {_application} cannot make events for topic {topic.FullName} of another tenant.", nameof(topic));
        using var events = _intake.Rent(topic);
        var emitted = draft;
        emitted.IsEmitted = true;
        if (events.Add(emitted) is { } problem)
            throw new ArgumentException($"{problem.Pointer} = '{problem.Value}': {problem.Rule}", nameof(draft));
        var record = events[0].Record.ToArray();
        _emitted.Add(_intake.Encoder.Index(record, topic.Number));
        Bytes += record.Length;
    }

    /// <summary>Makes a dead letter of an event that the application cannot use. The dead letter keeps the log's record.</summary>
    public void Reject(long sequence, string reason)
    {
        var topic = _catalog.Tenant.FullName(_events.First(e => e.Sequence == sequence).View.TopicText);
        var why = new DeadLetterReason(RejectedDraft.Reason, reason, Attempts: 0, StatusCode: null, FirstAttemptAtMs: 0, NowMs);
        _letters.Add(new NewDeadLetter(new DeadLetterId(_shard, 0, 0, sequence), "", topic, why, default));
        Bytes += reason.Length;
    }

    /// <summary>Asks for a tick at this time. It comes earlier when <see cref="IShardApplication.TickEvery"/> ends earlier.</summary>
    /// <param name="atMs">In Unix milliseconds. A time that is over means at once.</param>
    /// <remarks>
    /// Every tick ends all requests that were made before it, and a request is not saved. So an application that still needs a later tick
    /// asks again. The request of a batch that failed does not count.
    /// </remarks>
    public void TickBy(long atMs) => TickAtMs = Math.Min(atMs, TickAtMs ?? long.MaxValue);

    /// <summary>Takes the changes out of the batch. The written values become visible to the next batch.</summary>
    internal ApplicationChanges Take(long next)
    {
        var state = new List<StateWrite>(_written.Count + 1);
        foreach (var (key, value) in _written)
        {
            state.Add(new StateWrite(_application, key, value is { } plain ? StateValue.Store(plain.Span) : (ReadOnlyMemory<byte>?)null));
            _state.Set(key, value);
        }
        return new ApplicationChanges(next, state, [.. _emitted], [.. _letters], Bytes);
    }
}
