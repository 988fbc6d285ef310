using System.Runtime.InteropServices;
using System.Text;
using Herald.Engine.Events;
using Herald.Engine.Stores;
using Herald.Journal.Frames;
using Herald.Journal.Segments;

namespace Herald.Journal.State;

/// <summary>The place of each value of application state in the log.</summary>
/// <remarks>
/// The table's key is a hash of 128 bits with a secret; the entry that is read must contain the full key. Values stay on disk. The writer
/// changes the table once a change is durable; any thread can read it.
/// </remarks>
internal sealed class StateTable(SegmentLog segments, IdentityHash identity)
{
    private const byte Removed = 1;

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Place> _places = [];

    public ReadOnlyMemory<byte>? Read(int shard, string application, ReadOnlySpan<byte> key)
    {
        var hash = Hash(shard, application, key);
        for (Location tried = default; ;)
        {
            Place place;
            lock (_gate)
                if (!_places.TryGetValue(hash, out place))
                    return null;
            var bytes = new byte[place.Bytes];
            // The value can have been copied forward, and its old segment removed, since its place was looked up.
            if (!segments.TryRead(place.Location, bytes))
            {
                if (place.Location == tried)
                    throw new JournalDamagedException(
                        segments.PathOf(tried.Segment), tried.Offset, "a log file that holds a state entry is gone");
                tried = place.Location;
                continue;
            }
            var entry = Check(bytes, place);
            return entry.Shard == shard && entry.Text() == application && entry.Sized().SequenceEqual(key)
                ? entry.Sized().ToArray()
                : throw new JournalDamagedException(
                    segments.PathOf(place.Location.Segment), place.Location.Offset, "this is the state entry of another key");
        }
    }

    /// <summary>Returns the whole entry, for a copy; null when its segment was removed.</summary>
    /// <exception cref="JournalDamagedException">The entry is damaged. Copying it would make damage look sound.</exception>
    public byte[]? ReadEntry(in Place place)
    {
        var bytes = new byte[place.Bytes];
        if (!segments.TryRead(place.Location, bytes))
            return null;
        Check(bytes, place);
        return bytes;
    }

    /// <summary>Returns the value at this place. For a caller that has the journal to itself.</summary>
    public (int Shard, string Application, byte[] Key, byte[] Value) Read(in Place place)
    {
        var bytes = new byte[place.Bytes];
        if (!segments.TryRead(place.Location, bytes))
            throw new JournalDamagedException(
                segments.PathOf(place.Location.Segment), place.Location.Offset, "a log file that holds a state entry is gone");
        var entry = Check(bytes, place);
        return (entry.Shard, entry.Text(), entry.Sized().ToArray(), entry.Sized().ToArray());
    }

    public static int MaxBytes(in StateWrite write) => 48 + (3 * write.Application.Length) + write.Key.Length + (write.Value?.Length ?? 0);

    public static void Write(FrameBuffer frame, int shard, in StateWrite write)
    {
        frame.Begin(EntryType.State, shard, write.Value is null ? Removed : (byte)0);
        frame.AddText(write.Application);
        frame.AddSized(write.Key.Span);
        frame.AddSized(write.Value is { } value ? value.Span : default);
        frame.End();
    }

    public void Apply(ref EntryReader entry, Location location, int bytes)
    {
        var hash = Hash(entry.Shard, entry.Text(), entry.Sized());
        lock (_gate)
        {
            if ((entry.Flags & Removed) != 0)
                _places.Remove(hash);
            else
                _places[hash] = new Place(location, bytes);
        }
    }

    /// <summary>Returns the places in a segment that retention is about to remove.</summary>
    public List<Place> In(uint segment)
    {
        lock (_gate)
            return [.. _places.Values.Where(p => p.Location.Segment == segment)];
    }

    public KeyValuePair<UInt128, Place>[] Snapshot()
    {
        lock (_gate)
            return [.. _places];
    }

    public static void Save(FrameBuffer frame, in KeyValuePair<UInt128, Place> item)
    {
        frame.Add((long)(ulong)item.Key);
        frame.Add((long)(ulong)(item.Key >> 64));
        frame.Add(item.Value.Location);
        frame.Add(item.Value.Bytes);
    }

    public void Load(ref EntryReader entry)
    {
        ulong low = (ulong)entry.Long(), high = (ulong)entry.Long();
        _places[new UInt128(high, low)] = new Place(entry.Location(), entry.Int());
    }

    private EntryReader Check(byte[] bytes, in Place place)
    {
        if (!FrameBuffer.IsEntry(bytes) || bytes[0] != (byte)EntryType.State)
            throw new JournalDamagedException(
                segments.PathOf(place.Location.Segment), place.Location.Offset, "this is not the expected state entry");
        var entry = new EntryReader(bytes);
        entry.MoveNext();
        return entry;
    }

    private UInt128 Hash(int shard, string application, ReadOnlySpan<byte> key) =>
        identity.OfState(shard, Encoding.UTF8.GetBytes(application), key);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    internal readonly record struct Place(Location Location, int Bytes);
}
