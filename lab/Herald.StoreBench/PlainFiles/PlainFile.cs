using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.StoreBench.Groups;
using Microsoft.Win32.SafeHandles;

namespace Herald.StoreBench.PlainFiles;

/// <summary>
/// The limit: a file to which each group is appended and then synced. It looks for no repeats, has no index and no checksums, and its
/// contents are found again only by reading all of it.
/// </summary>
/// <remarks>
/// The first write to a block that is only allocated makes the file system change its own tables, and the sync waits for that. A file whose
/// blocks were written before has none of this: it is what a log could reach that uses its files again.
/// </remarks>
internal sealed class PlainFile : ILogTables
{
    private const int Ahead = 64 << 20, Head = 16;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private byte[] _group = new byte[1 << 20];
    private int _used;
    private long _allocated, _length;

    // Where the events are, found by reading. Under the lock.
    private readonly Lock _reader = new();
    private readonly List<(long Offset, int Length)>[] _places =
        [.. Enumerable.Range(0, GroupLog.Shards).Select(_ => new List<(long, int)>())];
    private long _readTo;

    /// <param name="writtenBefore">How many bytes of zeros are written first. Behind them the file is only allocated.</param>
    public PlainFile(string directory, long writtenBefore)
    {
        _path = Path.Combine(directory, "events");
        _file = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite);
        for (var zeros = new byte[1 << 20]; _allocated < writtenBefore; _allocated += zeros.Length)
            RandomAccess.Write(_file, zeros, _allocated);
        Sync();
    }

    /// <summary>Always a new file.</summary>
    public IndexEntry? Last(int shard) => null;

    public Appended? FindOriginal(in NewEvent candidate) => null;

    /// <summary>An event is its length, its shard, its fields and its record.</summary>
    public void Add(int shard, in IndexEntry index, ReadOnlyMemory<byte> record)
    {
        var length = Head + EventFields.Length + record.Length;
        if (_group.Length - _used < length)
            Array.Resize(ref _group, Math.Max(_group.Length * 2, _used + length));
        var into = _group.AsSpan(_used, length);
        BinaryPrimitives.WriteInt32LittleEndian(into, length);
        BinaryPrimitives.WriteInt32LittleEndian(into[4..], shard);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], index.Sequence);
        EventFields.Write(into[Head..], index);
        record.Span.CopyTo(into[(Head + EventFields.Length)..]);
        _used += length;
    }

    /// <summary>Space is allocated in advance, so that a sync does not have to save the file's length as well.</summary>
    public void Commit()
    {
        for (; _allocated < _length + _used; _allocated += Ahead)
            if (Libc.Allocate(_file, _allocated, Ahead) is not 0 and var error)
                throw new IOException($"{_path}: {Marshal.GetPInvokeErrorMessage(error)}");
        RandomAccess.Write(_file, _group.AsSpan(0, _used), _length);
        Sync();
        Volatile.Write(ref _length, _length + _used);
        _used = 0;
    }

    public int ReadIndex(int shard, long from, Span<IndexEntry> into)
    {
        lock (_reader)
        {
            Find();
            var count = 0;
            for (; count < into.Length && Place(shard, from + count) is { } place; count++)
                into[count] = EventFields.Read(Bytes(place).AsSpan(Head), from + count, place.Length - Head - EventFields.Length);
            return count;
        }
    }

    public void Read(int shard, long sequence, IEventSink sink)
    {
        lock (_reader)
        {
            Find();
            if (Place(shard, sequence) is { } place)
                sink.OnEvent(sequence, Bytes(place).AsSpan(Head + EventFields.Length));
        }
    }

    public long FindById(int shard, ulong keyHash, ulong idHash) => throw new NotSupportedException("A plain file has no index.");

    public void Dispose() => _file.Dispose();

    private void Sync()
    {
        if (Libc.SyncData(_file) != 0)
            throw new IOException($"{_path}: fdatasync failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private void Find()
    {
        Span<byte> head = stackalloc byte[Head];
        for (var end = Volatile.Read(ref _length); _readTo < end;)
        {
            _ = RandomAccess.Read(_file, head, _readTo);
            var length = BinaryPrimitives.ReadInt32LittleEndian(head);
            _places[BinaryPrimitives.ReadInt32LittleEndian(head[4..])].Add((_readTo, length));
            _readTo += length;
        }
    }

    private (long Offset, int Length)? Place(int shard, long sequence) =>
        sequence >= 1 && sequence <= _places[shard].Count ? _places[shard][(int)sequence - 1] : null;

    private byte[] Bytes((long Offset, int Length) place)
    {
        var bytes = new byte[place.Length];
        _ = RandomAccess.Read(_file, bytes, place.Offset);
        return bytes;
    }
}
