using Herald.Engine.Basics;

namespace Herald.Engine.Progress;

/// <summary>A shard's progress, assembled from its records: the last checkpoint, and every later record applied to it.</summary>
/// <remarks>
/// Damage costs repeated deliveries, and as few as possible:
/// <list type="bullet">
/// <item>
/// The state of one subscription is damaged: this subscription goes on from the record before (<see cref="SavedState.IsFrozen"/>), or from
/// its beginning if there is none.
/// </item>
/// <item>
/// A whole record is damaged or missing: all subscriptions go on from the record before, or from the oldest event that is kept.
/// </item>
/// <item>Settled keys are damaged: their deliveries are repeated.</item>
/// </list>
/// </remarks>
internal sealed class SavedProgress
{
    // Formats of earlier programs, without checksums. In them, damage is found only where a record cannot be read. The two oldest have no
    // settled keys; the oldest has no time of writing either.
    private const byte UncheckedVersion = 3, SettledlessVersion = 2, TimelessVersion = 1;

    private readonly HashSet<int> _damaged = [];
    private long _link;

    // A record could not be read. It may have been a note; the next record that is no note shows whether one is missing.
    private bool _inDoubt;
    private bool _isCut, _isOld;

    public long Routed { get; private set; }

    /// <summary>The catalog version with which everything up to <see cref="Routed"/> was routed.</summary>
    public long CatalogVersion { get; private set; }
    public Dictionary<int, SavedState> States { get; } = [];

    /// <summary>
    /// Deliveries settled since the last record that is not a note. Where that record has such a delivery open, it has been removed from
    /// <see cref="States"/>. For events that are still to be routed, this is the only information that they are settled.
    /// </summary>
    public SettledKeys Settled { get; } = new();

    /// <summary>The number of records, and of parts of records, that could not be read.</summary>
    public int Damage { get; private set; }

    /// <summary>
    /// Everything after some record is lost. The shard routes again from there, and must also read the events that retention has moved
    /// aside for kept keys.
    /// </summary>
    public bool IsCut => _isCut || _inDoubt;

    /// <summary>The numbers of the subscriptions whose saved state is damaged.</summary>
    public IReadOnlyCollection<int> DamagedSubscriptions => _damaged;

    /// <summary>The stored progress must be replaced by a checkpoint before anything is added to it.</summary>
    public bool MustBeReplaced => Damage > 0 || _isOld;

    /// <summary>The <see cref="ProgressHead.Link"/> of the last record. The next record has the next number.</summary>
    public long Link => _link;

    public static SavedProgress Of(IEnumerable<ReadOnlyMemory<byte>> records)
    {
        var saved = new SavedProgress();
        foreach (var record in records)
            saved.Apply(record.Span);
        return saved;
    }

    /// <exception cref="InvalidDataException">The record was written by a newer program.</exception>
    public void Apply(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        var version = reader.AtEnd ? (byte)0 : reader.Byte();
        if (version is UncheckedVersion or SettledlessVersion or TimelessVersion)
        {
            ApplyOld(record);
            return;
        }
        if (!ProgressRecord.TryReadHead(ref reader, version, out var headReader))
        {
            Damage++;
            _inDoubt = true;
            return;
        }
        if (version != ProgressRecord.FormatVersion)
            throw new InvalidDataException(
                $"A progress record has format {version}; this program reads format {ProgressRecord.FormatVersion}. Run a newer one.");
        var head = ProgressHead.Read(ref headReader);
        if (head.Kind == ProgressKind.Settled)
            ApplySettled(ref reader);
        else
            Apply(head, ref reader);
    }

    private void Apply(ProgressHead head, ref RecordReader reader)
    {
        if (head.Kind == ProgressKind.Checkpoint)
        {
            States.Clear();
            _damaged.Clear();
            (_isCut, _isOld) = (false, false);
        }
        else if (head.Link != _link + 1)
        {
            // A record between the last one and this one is missing or could not be read.
            Damage += _inDoubt || _isCut ? 0 : 1;
            _isCut = true;
        }
        _inDoubt = false;
        if (_isCut)
            return;
        var (routedBefore, catalogBefore) = (Routed, CatalogVersion);
        (_link, Routed, CatalogVersion) = (head.Link, head.Routed, head.CatalogVersion);
        Settled.Clear();
        foreach (var number in head.Removed)
        {
            States.Remove(number);
            _damaged.Remove(number);
        }
        foreach (var (number, length) in head.States)
        {
            var isWhole = ProgressRecord.TryReadPart(ref reader, length, out var part);
            if (_damaged.Contains(number))
                continue; // Its earlier state is damaged, and this record holds changes only.
            if (isWhole)
                StateOf(number).Read(ref part, head.SavedAtMs);
            else if (head.Kind == ProgressKind.Checkpoint)
                Freeze(number, 0, 0);
            else
                Freeze(number, routedBefore, catalogBefore);
        }
        if (ProgressRecord.TryReadPart(ref reader, null, out var settled))
            Settled.Read(ref settled);
        else
            Damage++;
    }

    // A note can be used even when other records are lost: within a generation, the sequence up to which a key is settled never falls.
    private void ApplySettled(ref RecordReader reader)
    {
        if (!ProgressRecord.TryReadPart(ref reader, null, out var part))
        {
            Damage++;
            return;
        }
        ReadSettled(ref part);
    }

    private void ReadSettled(ref RecordReader part) => Settled.Read(ref part, (number, generation, key, through) =>
    {
        if (States.TryGetValue(number, out var state) && state.Generation == generation)
            state.Settle(key, through);
    });

    private void Freeze(int number, long routed, long catalogVersion)
    {
        Damage++;
        _damaged.Add(number);
        // A subscription without a state was at the head with nothing outstanding. Its generation is that of the catalog.
        StateOf(number).Freeze(routed, catalogVersion);
    }

    private SavedState StateOf(int number)
    {
        if (!States.TryGetValue(number, out var state))
            States[number] = state = new SavedState();
        return state;
    }

    private void ApplyOld(ReadOnlySpan<byte> record)
    {
        try
        {
            // Try it on an empty object first, so that a record that cannot be read to its end changes nothing.
            new SavedProgress().ReadOld(record);
        }
        catch (InvalidDataException)
        {
            Damage++;
            _isCut = true;
            return;
        }
        _isOld = true;
        if (!_isCut)
            ReadOld(record);
    }

    private void ReadOld(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        var (version, kind) = (reader.Byte(), (ProgressKind)reader.Byte());
        if (kind == ProgressKind.Settled)
        {
            ReadSettled(ref reader);
            return;
        }
        if (kind == ProgressKind.Checkpoint)
            States.Clear();
        Settled.Clear();
        Routed = reader.Number();
        CatalogVersion = reader.Number();
        var savedAtMs = version == TimelessVersion ? 0 : reader.Number();
        for (var removed = reader.Count(); removed > 0; removed--)
            States.Remove((int)reader.Number());
        for (var states = reader.Count(); states > 0; states--)
            StateOf((int)reader.Number()).Read(ref reader, savedAtMs);
        if (version == UncheckedVersion)
            Settled.Read(ref reader);
    }
}

/// <summary>One subscription in a <see cref="SavedProgress"/>.</summary>
internal sealed class SavedState
{
    public const int UnknownGeneration = 0;

    /// <summary>
    /// <see cref="SavedState.UnknownGeneration"/> means the generation in the catalog, unless that one began later. Only the position is
    /// known then.
    /// </summary>
    public int Generation { get; set; }
    public bool AtHead { get; set; }
    public long Position { get; set; }
    public long PausedAtMs { get; set; }

    /// <summary>The time at which this was written; 0 when unknown.</summary>
    public long SavedAtMs { get; set; }
    public Dictionary<ulong, SavedLane> Lanes { get; } = [];

    /// <summary>
    /// Later records of this subscription could not be read. This is its state at catalog version <see cref="CatalogVersion"/>. It is not
    /// at the head.
    /// </summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Used only when <see cref="IsFrozen"/> is true.</summary>
    public long CatalogVersion { get; private set; }

    /// <param name="routed">The position of the subscription if it was at the head.</param>
    public void Freeze(long routed, long catalogVersion)
    {
        var wasAtHead = AtHead || Generation == SavedState.UnknownGeneration;
        (IsFrozen, CatalogVersion, AtHead, Position) = (true, catalogVersion, false, wasAtHead ? routed : Position);
    }

    public void Settle(ulong key, long through)
    {
        if (!Lanes.TryGetValue(key, out var lane))
            return;
        if (lane.Without(through) is { } left)
            Lanes[key] = left;
        else
            Lanes.Remove(key);
    }

    public void Read(ref RecordReader reader, long savedAtMs)
    {
        SavedAtMs = savedAtMs;
        Generation = (int)reader.Number();
        AtHead = reader.Byte() == 1;
        Position = reader.Number();
        PausedAtMs = reader.Number();
        for (var removed = reader.Count(); removed > 0; removed--)
            Lanes.Remove(reader.Hash());
        for (var lanes = reader.Count(); lanes > 0; lanes--)
        {
            var key = reader.Hash();
            Lanes[key] = SavedLane.Read(ref reader) with { SavedAtMs = savedAtMs };
        }
    }
}

/// <summary>The deliveries of one key in a <see cref="SavedState"/>.</summary>
/// <param name="From">Above 0: the lane is detached and owns every match of its key from here to the subscription's position.</param>
/// <param name="Items">
/// Of an attached lane: all its deliveries. Of a detached lane: its head if that has been tried, otherwise none.
/// </param>
internal sealed record SavedLane(
    bool Held, bool EndpointTroubled, int Attempts, long FirstAttemptAtMs, long DueMs, long From, LaneItem[] Items)
{
    /// <summary>The time at which this was written; 0 when unknown.</summary>
    public long SavedAtMs { get; init; }

    /// <summary>The lane without the deliveries settled since; null when nothing is left.</summary>
    public SavedLane? Without(long through)
    {
        var items = Items.SkipWhile(item => item.Sequence <= through).ToArray();
        var from = From > 0 ? Math.Max(From, through + 1) : 0;
        return items.Length == 0 && from == 0 ? null
            : items.Length == Items.Length ? this with { From = from }
            : new SavedLane(Held: false, EndpointTroubled: false, 0, 0, 0, from, items) { SavedAtMs = SavedAtMs };
    }

    public void Write(RecordWriter writer)
    {
        writer.Byte((byte)((Held ? 1 : 0) | (EndpointTroubled ? 2 : 0)));
        writer.Number(Attempts);
        if (Attempts > 0)
        {
            writer.Number(FirstAttemptAtMs);
            writer.Number(DueMs - FirstAttemptAtMs);
        }
        writer.Number(From);
        writer.Number(Items.Length);
        var before = default(LaneItem);
        foreach (var item in Items)
        {
            writer.Number(item.Sequence - before.Sequence);
            writer.Number(item.AcceptedAtMs - before.AcceptedAtMs);
            writer.Number(item.Size);
            before = item;
        }
    }

    public static SavedLane Read(ref RecordReader reader)
    {
        var flags = reader.Byte();
        var attempts = (int)reader.Number();
        var first = attempts > 0 ? reader.Number() : 0;
        var due = attempts > 0 ? first + reader.Number() : 0;
        var from = reader.Number();
        var items = new LaneItem[reader.Count()];
        var before = default(LaneItem);
        for (var i = 0; i < items.Length; i++)
            items[i] = before = new LaneItem(
                before.Sequence + reader.Number(), before.AcceptedAtMs + reader.Number(), (int)reader.Number());
        return new SavedLane((flags & 1) != 0, (flags & 2) != 0, attempts, first, due, from, items);
    }
}
