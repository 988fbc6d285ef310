namespace Herald.Engine.Shards;

/// <summary>A shard's progress as its records tell it: the last checkpoint with every later record laid over it.</summary>
internal sealed class SavedProgress
{
    private const byte FormatVersion = 1;

    public long Routed { get; set; }

    /// <summary>The catalog everything up to <see cref="Routed"/> was routed with.</summary>
    public long CatalogVersion { get; set; }
    public Dictionary<int, SavedState> States { get; } = [];

    public void Apply(ReadOnlySpan<byte> record)
    {
        var reader = new RecordReader(record);
        var version = reader.Byte();
        if (version != FormatVersion)
            throw new InvalidDataException($"A progress record has format {version}; this program reads {FormatVersion}. Use the newer program.");
        if (reader.Byte() == 1)
            States.Clear();
        Routed = reader.Number();
        CatalogVersion = reader.Number();
        for (var removed = reader.Number(); removed > 0; removed--)
            States.Remove((int)reader.Number());
        for (var states = reader.Number(); states > 0; states--)
        {
            var number = (int)reader.Number();
            if (!States.TryGetValue(number, out var state))
                States[number] = state = new SavedState();
            state.Read(ref reader);
        }
    }

    public static void Begin(RecordWriter writer, bool checkpoint, long routed, long catalogVersion)
    {
        writer.Byte(FormatVersion);
        writer.Byte(checkpoint ? (byte)1 : (byte)0);
        writer.Number(routed);
        writer.Number(catalogVersion);
    }
}

/// <summary>One subscription in a <see cref="SavedProgress"/>.</summary>
internal sealed class SavedState
{
    public int Generation { get; set; }
    public bool AtHead { get; set; }
    public long Position { get; set; }
    public long PausedAtMs { get; set; }
    public Dictionary<ulong, SavedLane> Lanes { get; } = [];

    public void Read(ref RecordReader reader)
    {
        Generation = (int)reader.Number();
        AtHead = reader.Byte() == 1;
        Position = reader.Number();
        PausedAtMs = reader.Number();
        for (var removed = reader.Number(); removed > 0; removed--)
            Lanes.Remove(reader.Hash());
        for (var lanes = reader.Number(); lanes > 0; lanes--)
        {
            var key = reader.Hash();
            Lanes[key] = SavedLane.Read(ref reader);
        }
    }
}

/// <param name="From">Above 0: it owns every match of its key from here to its subscription's position.</param>
/// <param name="Items">Attached: all its deliveries. Detached: its head if that has been tried, or none.</param>
internal sealed record SavedLane(bool Held, bool EndpointTroubled, int Attempts, long FirstAttemptAtMs, long DueMs, long From, LaneItem[] Items)
{
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
