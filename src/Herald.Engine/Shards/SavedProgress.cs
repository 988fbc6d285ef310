namespace Herald.Engine.Shards;

/// <summary>A shard's progress as its records tell it: the last checkpoint with every later record laid over it.</summary>
internal sealed class SavedProgress
{
    private const byte FormatVersion = 3;

    // Knows no settled keys, and the one before that not even the time it was written at.
    private const byte SettledlessVersion = 2, TimelessVersion = 1;

    private enum Kind : byte
    {
        Changes = 0,
        Checkpoint = 1,
        Settled = 2,
    }

    public long Routed { get; set; }

    /// <summary>The catalog everything up to <see cref="Routed"/> was routed with.</summary>
    public long CatalogVersion { get; set; }
    public Dictionary<int, SavedState> States { get; } = [];

    /// <summary>
    /// What was settled since the last record that tells everything. Where that record has an open delivery of it, the delivery has been taken out of
    /// <see cref="States"/>; of events that are still to be routed, nothing else tells that they are settled.
    /// </summary>
    public SettledKeys Settled { get; } = new();

    public void Apply(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        var version = reader.Byte();
        if (version is not (FormatVersion or SettledlessVersion or TimelessVersion))
            throw new InvalidDataException($"A progress record has format {version}; this program reads {FormatVersion}. Use the newer program.");
        var kind = (Kind)reader.Byte();
        if (kind == Kind.Settled)
        {
            Settled.Read(ref reader, (number, generation, key, through) =>
            {
                if (States.TryGetValue(number, out var state) && state.Generation == generation)
                    state.Settle(key, through);
            });
            return;
        }
        if (kind == Kind.Checkpoint)
            States.Clear();
        Settled.Clear();
        Routed = reader.Number();
        CatalogVersion = reader.Number();
        var savedAtMs = version == TimelessVersion ? 0 : reader.Number();
        for (var removed = reader.Number(); removed > 0; removed--)
            States.Remove((int)reader.Number());
        for (var states = reader.Number(); states > 0; states--)
        {
            var number = (int)reader.Number();
            if (!States.TryGetValue(number, out var state))
                States[number] = state = new SavedState();
            state.Read(ref reader, savedAtMs);
        }
        if (version == FormatVersion)
            Settled.Read(ref reader);
    }

    /// <summary>A record that tells of settled deliveries alone.</summary>
    public static void WriteSettled(RecordWriter writer, SettledKeys settled)
    {
        writer.Byte(FormatVersion);
        writer.Byte((byte)Kind.Settled);
        settled.Write(writer);
    }

    /// <param name="savedAtMs">By the wall clock, as all times in it: what was ahead or behind at that moment, and by how much, holds whatever the clock was.</param>
    public static void Begin(RecordWriter writer, bool checkpoint, long routed, long catalogVersion, long savedAtMs)
    {
        writer.Byte(FormatVersion);
        writer.Byte((byte)(checkpoint ? Kind.Checkpoint : Kind.Changes));
        writer.Number(routed);
        writer.Number(catalogVersion);
        writer.Number(savedAtMs);
    }
}

/// <summary>One subscription in a <see cref="SavedProgress"/>.</summary>
internal sealed class SavedState
{
    public int Generation { get; set; }
    public bool AtHead { get; set; }
    public long Position { get; set; }
    public long PausedAtMs { get; set; }

    /// <summary>When this was written; 0 when it is not known.</summary>
    public long SavedAtMs { get; set; }
    public Dictionary<ulong, SavedLane> Lanes { get; } = [];

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
        for (var removed = reader.Number(); removed > 0; removed--)
            Lanes.Remove(reader.Hash());
        for (var lanes = reader.Number(); lanes > 0; lanes--)
        {
            var key = reader.Hash();
            Lanes[key] = SavedLane.Read(ref reader) with { SavedAtMs = savedAtMs };
        }
    }
}

/// <summary>The deliveries of one key in a <see cref="SavedState"/>.</summary>
/// <param name="From">Above 0: it owns every match of its key from here to its subscription's position.</param>
/// <param name="Items">Attached: all its deliveries. Detached: its head if that has been tried, or none.</param>
internal sealed record SavedLane(bool Held, bool EndpointTroubled, int Attempts, long FirstAttemptAtMs, long DueMs, long From, LaneItem[] Items)
{
    /// <summary>When this was written; 0 when it is not known.</summary>
    public long SavedAtMs { get; init; }

    /// <summary>The same without what has been settled since; null when nothing is left.</summary>
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
        var items = new LaneItem[reader.Number()];
        var before = default(LaneItem);
        for (var i = 0; i < items.Length; i++)
            items[i] = before = new LaneItem(before.Sequence + reader.Number(), before.AcceptedAtMs + reader.Number(), (int)reader.Number());
        return new SavedLane((flags & 1) != 0, (flags & 2) != 0, attempts, first, due, from, items);
    }
}
