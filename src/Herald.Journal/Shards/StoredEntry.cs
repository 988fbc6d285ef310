using System.Runtime.InteropServices;
using Herald.Engine.Events;
using Herald.Journal.Frames;

namespace Herald.Journal.Shards;

/// <summary>An index entry as it lies in memory and in the index files: 64 bytes, little endian.</summary>
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

    public long Sequence => (long)(_sequenceAndFlags >> 8);
    public EventFlags Flags => (EventFlags)(byte)_sequenceAndFlags;
    public long AcceptedAtMs => _acceptedAtMs;
    public ulong KeyHash => _keyHash;
    public ulong IdHash => _idHash;
    public UInt128 RouteHash => new(_routeHigh, _routeLow);
    public int Size => _size;
    public Location Location => new(_segment, _offset);

    public IndexEntry ToIndexEntry() => new(Sequence, _acceptedAtMs, _keyHash, _idHash, RouteHash, _topic, _size, Flags);
}
