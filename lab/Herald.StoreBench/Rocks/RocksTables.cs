using System.Buffers.Binary;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.StoreBench.Groups;
using RocksDbSharp;

namespace Herald.StoreBench.Rocks;

/// <summary>Events in RocksDB: one column family by shard and sequence, one by shard and id. A group is a write batch with a sync.</summary>
/// <remarks>
/// The options are those that favour this work: log files are used again, records are kept out of compactions (blob files), nothing is
/// compressed, and a Bloom filter answers most look-ups of ids.
/// </remarks>
internal sealed class RocksTables : ILogTables
{
    private const string Events = "events", Ids = "ids";
    private const int KeyLength = 10, IdKeyLength = 19, RecordsFrom = 128;
    private const ulong MemoryTableBytes = 64 << 20, LogBytes = 256 << 20;

    // The first byte behind the shard in a key by id. Ids that Herald made are only for looking up.
    private const byte Given = 1, Made = 2;

    private readonly RocksDb _rocks;
    private readonly ColumnFamilyHandle _events, _ids;
    private readonly WriteBatch _batch = new();
    private readonly WriteOptions _durable = new WriteOptions().SetSync(true);
    private readonly Dictionary<(int Shard, ulong KeyHash, ulong IdHash), (long Sequence, ReadOnlyMemory<byte> Record)> _group = [];
    private byte[] _value = new byte[1024];

    public RocksTables(string directory)
    {
        var options = new DbOptions().SetCreateIfMissing(true).SetCreateMissingColumnFamilies(true)
            .SetRecycleLogFileNum(4).SetMaxTotalWalSize(LogBytes).IncreaseParallelism(Environment.ProcessorCount);
        var families = new ColumnFamilies
        {
            { Events, WithBlobFiles(Family()) },
            { Ids, Family().SetBlockBasedTableFactory(new BlockBasedTableOptions().SetFilterPolicy(BloomFilterPolicy.Create(10, false))) },
        };
        _rocks = RocksDb.Open(options, Path.Combine(directory, "rocksdb"), families);
        (_events, _ids) = (_rocks.GetColumnFamily(Events), _rocks.GetColumnFamily(Ids));
    }

    public IndexEntry? Last(int shard)
    {
        using var iterator = _rocks.NewIterator(_events);
        iterator.SeekForPrev(Key(shard, long.MaxValue));
        return iterator.Valid() && iterator.Key() is var key && BinaryPrimitives.ReadUInt16BigEndian(key) == shard
            ? Entry(key, iterator.Value())
            : null;
    }

    public Appended? FindOriginal(in NewEvent candidate)
    {
        var shard = candidate.Shard.Value;
        if (_group.TryGetValue((shard, candidate.Index.KeyHash, candidate.Index.IdHash), out var inGroup))
            return Repeat.Of(inGroup.Record, inGroup.Sequence, candidate.Record);
        Span<byte> key = stackalloc byte[IdKeyLength];
        Write(key, shard, Given, candidate.Index.KeyHash, candidate.Index.IdHash);
        if (_rocks.Get(key, _ids) is not { } found)
            return null;
        var sequence = BinaryPrimitives.ReadInt64BigEndian(found);
        return Repeat.Of(_rocks.Get(Key(shard, sequence), _events).AsMemory(EventFields.Length), sequence, candidate.Record);
    }

    public void Add(int shard, in IndexEntry index, ReadOnlyMemory<byte> record)
    {
        var length = EventFields.Length + record.Length;
        if (_value.Length < length)
            _value = new byte[length * 2];
        EventFields.Write(_value, index);
        record.Span.CopyTo(_value.AsSpan(EventFields.Length));
        Span<byte> key = stackalloc byte[KeyLength], id = stackalloc byte[IdKeyLength], sequence = stackalloc byte[sizeof(long)];
        Write(key, shard, index.Sequence);
        _batch.Put(key, _value.AsSpan(0, length), _events);
        var isGiven = Repeat.IsPossible(index.Flags);
        Write(id, shard, isGiven ? Given : Made, index.KeyHash, index.IdHash);
        BinaryPrimitives.WriteInt64BigEndian(sequence, index.Sequence);
        _batch.Put(id, sequence, _ids);
        if (isGiven)
            _group[(shard, index.KeyHash, index.IdHash)] = (index.Sequence, record);
    }

    public void Commit()
    {
        _rocks.Write(_batch, _durable);
        _batch.Clear();
        _group.Clear();
    }

    public int ReadIndex(int shard, long from, Span<IndexEntry> into)
    {
        var count = 0;
        using var iterator = _rocks.NewIterator(_events);
        for (iterator.Seek(Key(shard, from)); count < into.Length && iterator.Valid(); iterator.Next())
        {
            var key = iterator.Key();
            if (BinaryPrimitives.ReadUInt16BigEndian(key) != shard)
                break;
            into[count++] = Entry(key, iterator.Value());
        }
        return count;
    }

    public void Read(int shard, long sequence, IEventSink sink)
    {
        if (_rocks.Get(Key(shard, sequence), _events) is { } value)
            sink.OnEvent(sequence, value.AsSpan(EventFields.Length));
    }

    public long FindById(int shard, ulong keyHash, ulong idHash)
    {
        var newest = 0L;
        Span<byte> key = stackalloc byte[IdKeyLength];
        foreach (var kind in (ReadOnlySpan<byte>)[Given, Made])
        {
            Write(key, shard, kind, keyHash, idHash);
            if (_rocks.Get(key, _ids) is { } found)
                newest = Math.Max(newest, BinaryPrimitives.ReadInt64BigEndian(found));
        }
        return newest;
    }

    public void Dispose()
    {
        _batch.Dispose();
        _rocks.Dispose();
    }

    private static ColumnFamilyOptions Family() =>
        new ColumnFamilyOptions().SetCompression(Compression.No).SetWriteBufferSize(MemoryTableBytes).SetMaxWriteBufferNumber(4);

    // The package has no methods for these two options.
    private static ColumnFamilyOptions WithBlobFiles(ColumnFamilyOptions family)
    {
        Native.Instance.rocksdb_options_set_enable_blob_files(family.Handle, 1);
        Native.Instance.rocksdb_options_set_min_blob_size(family.Handle, RecordsFrom);
        return family;
    }

    private static IndexEntry Entry(byte[] key, byte[] value) =>
        EventFields.Read(value, BinaryPrimitives.ReadInt64BigEndian(key.AsSpan(2)), value.Length - EventFields.Length);

    private static byte[] Key(int shard, long sequence)
    {
        var key = new byte[KeyLength];
        Write(key, shard, sequence);
        return key;
    }

    // Big endian, because keys are in the order of their bytes.
    private static void Write(Span<byte> key, int shard, long sequence)
    {
        BinaryPrimitives.WriteUInt16BigEndian(key, (ushort)shard);
        BinaryPrimitives.WriteInt64BigEndian(key[2..], sequence);
    }

    private static void Write(Span<byte> key, int shard, byte kind, ulong keyHash, ulong idHash)
    {
        BinaryPrimitives.WriteUInt16BigEndian(key, (ushort)shard);
        key[2] = kind;
        BinaryPrimitives.WriteUInt64BigEndian(key[3..], keyHash);
        BinaryPrimitives.WriteUInt64BigEndian(key[11..], idHash);
    }
}
