using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.StoreBench.Groups;

/// <summary>What <see cref="GroupLog"/> needs from a store: tables of events, by sequence and by id.</summary>
/// <remarks>The writer's thread makes all changes, and reads its own. Any thread reads what is committed.</remarks>
internal interface ILogTables : IDisposable
{
    /// <summary>The newest event of a shard when the tables were opened; null when it has none.</summary>
    IndexEntry? Last(int shard);

    /// <summary>Looks for the candidate's ids in the tables and in the present group. Returns null when the candidate is new.</summary>
    Appended? FindOriginal(in NewEvent candidate);

    /// <summary>Adds an event to the present group.</summary>
    void Add(int shard, in IndexEntry index, ReadOnlyMemory<byte> record);

    /// <summary>Makes the present group durable as a whole, and begins the next one.</summary>
    void Commit();

    /// <summary>Reads committed entries from a sequence on. Returns how many it has read.</summary>
    int ReadIndex(int shard, long from, Span<IndexEntry> into);

    /// <summary>Passes a committed event to the sink; does nothing when there is none with this sequence.</summary>
    void Read(int shard, long sequence, IEventSink sink);

    /// <summary>The newest committed sequence with these hashes, or 0.</summary>
    long FindById(int shard, ulong keyHash, ulong idHash);
}
