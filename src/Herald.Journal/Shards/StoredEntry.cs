using System.Runtime.InteropServices;
using Herald.Engine.Events;
using Herald.Journal.Frames;

namespace Herald.Journal.Shards;

/// <summary>An index entry in memory and, sealed, in the index files: 64 bytes, little endian.</summary>
/// <remarks>
/// In a file, the entry's place determines its sequence. So the upper half of the field with the sequence holds a checksum over the whole
/// entry instead.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = Length)]
internal readonly struct StoredEntry
{
    public const int Length = 64;

    private readonly ulong _sequenceAndFlags;
    private readonly long _acceptedAtMs;
    private readonly ulong _keyHash, _idHash, _routeLow, _routeHigh;
    private readonly int _topic, _size;
    private readonly uint _segment, _offset;

    public StoredEntry(in IndexEntry entry, Location location)
    {
        _sequenceAndFlags = ((ulong)entry.Sequence << 8) | (byte)entry.Flags;
        _acceptedAtMs = entry.AcceptedAtMs;
        _keyHash = entry.KeyHash;
        _idHash = entry.IdHash;
        _routeLow = (ulong)entry.RouteHash;
        _routeHigh = (ulong)(entry.RouteHash >> 64);
        _topic = entry.Topic;
        _size = entry.Size;
        _segment = location.Segment;
        _offset = location.Offset;
    }

    private StoredEntry(in StoredEntry other, ulong sequenceAndFlags)
    {
        this = other;
        _sequenceAndFlags = sequenceAndFlags;
    }

    /// <summary>All bytes are zero: what a read returns where an entry was freed.</summary>
    public bool IsNone => MemoryMarshal.AsBytes(new ReadOnlySpan<StoredEntry>(in this)).IndexOfAnyExcept((byte)0) < 0;
    public long Sequence => (long)(_sequenceAndFlags >> 8);
    public EventFlags Flags => (EventFlags)(byte)_sequenceAndFlags;
    public long AcceptedAtMs => _acceptedAtMs;
    public ulong KeyHash => _keyHash;
    public ulong IdHash => _idHash;
    public UInt128 RouteHash => new(_routeHigh, _routeLow);
    public int Size => _size;
    public Location Location => new(_segment, _offset);

    public StoredEntry Sealed() => new(this, (_sequenceAndFlags & uint.MaxValue) | ((ulong)Checksum() << 32));

    /// <summary>Reverses <see cref="Sealed"/>. Returns null when this is not the undamaged entry of that sequence.</summary>
    public StoredEntry? Unsealed(long sequence)
    {
        var entry = new StoredEntry(this, ((ulong)sequence << 8) | (byte)_sequenceAndFlags);
        return entry.Sealed()._sequenceAndFlags == _sequenceAndFlags ? entry : null;
    }

    public IndexEntry ToIndexEntry() => new(Sequence, _acceptedAtMs, _keyHash, _idHash, RouteHash, _topic, _size, Flags);

    public void Save(FrameBuffer frame) => frame.Add(MemoryMarshal.AsBytes(new ReadOnlySpan<StoredEntry>(in this)));

    public static StoredEntry Load(ref EntryReader entry) => MemoryMarshal.Read<StoredEntry>(entry.Take(Length));

    private uint Checksum() => Crc32C.Of(MemoryMarshal.AsBytes(new ReadOnlySpan<StoredEntry>(in this)));
}
