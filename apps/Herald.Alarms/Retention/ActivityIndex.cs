using System.Runtime.InteropServices;
using Herald.Alarms.Records;

namespace Herald.Alarms.Retention;

/// <summary>
/// The directory of a shard's lists of users, oldest period first: the entry <c>f</c> of its state. A user is listed in the period in which
/// it was last heard, so only the oldest lists must be read to find silent users.
/// </summary>
/// <remarks>
/// A listed user that has been heard since is passed over. Format 1: the format, the shard's time, the number of lists, and per list the
/// distance of its period from the one before and its number of chunks.
/// </remarks>
internal sealed class ActivityIndex
{
    private const byte Format = 1;

    private readonly List<ActivityList> _lists = [];

    public static ReadOnlySpan<byte> Key => "f"u8;

    public bool IsChanged { get; private set; }
    public bool IsEmpty => _lists.Count == 0;

    /// <summary>The shard's time, which never goes back: the latest period in which a user was heard or forgotten.</summary>
    public long Now { get; private set; }

    public ActivityList Oldest => _lists[0];

    /// <returns>
    /// False when the record cannot be read. Then the directory starts empty, and the users listed before are forgotten only after they
    /// have been heard again.
    /// </returns>
    public bool Fill(ReadOnlyMemory<byte>? record)
    {
        Clear();
        if (record is not { } saved)
            return true;
        try
        {
            Read(saved.Span);
            return true;
        }
        catch (InvalidDataException)
        {
            // The lists serve only forgetting. Their damage must not stop the users of the shard.
            Clear();
            IsChanged = true;
            return false;
        }
    }

    public byte[] Encode(ByteWriter buffer)
    {
        buffer.Clear();
        buffer.Byte(Format);
        buffer.Number(Now);
        buffer.Number(_lists.Count);
        var before = 0L;
        foreach (var list in _lists)
        {
            buffer.Number(list.Period - before);
            buffer.Number(list.Chunks);
            before = list.Period;
        }
        return buffer.Written.ToArray();
    }

    public void Advance(long period)
    {
        if (period > Now)
            (Now, IsChanged) = (period, true);
    }

    /// <summary>The list of a period; it has no chunks if there is none yet.</summary>
    public ActivityList Find(long period) => IndexOf(period) is >= 0 and var at ? _lists[at] : new ActivityList(period, 0);

    /// <summary>Stores the present state of a list. A list without chunks is removed.</summary>
    public void Set(ActivityList list)
    {
        IsChanged = true;
        var at = IndexOf(list.Period);
        if (list.Chunks == 0)
            _lists.RemoveAt(at);
        else if (at >= 0)
            _lists[at] = list;
        else
            _lists.Insert(~at, list);
    }

    private void Clear()
    {
        _lists.Clear();
        (Now, IsChanged) = (0, false);
    }

    private void Read(ReadOnlySpan<byte> record)
    {
        var reader = new ByteReader(record);
        if (reader.Byte() is not Format and var format)
            throw new InvalidDataException($"the lists of users have format {format}, but this program reads format {Format}");
        Now = reader.Number();
        var period = -1L;
        for (var left = reader.Number(); left > 0; left--)
        {
            var (before, after, chunks) = (Math.Max(0, period), reader.Number(), reader.Number());
            if (after > long.MaxValue - before || before + after <= period || chunks is < 1 or > int.MaxValue)
                throw new InvalidDataException($"the list before byte {reader.Position} is not valid");
            period = before + after;
            _lists.Add(new ActivityList(period, (int)chunks));
        }
        if (!reader.AtEnd)
            throw new InvalidDataException($"the record has more bytes after its end at byte {reader.Position}");
    }

    private int IndexOf(long period)
    {
        var lists = CollectionsMarshal.AsSpan(_lists);
        var at = lists.Length;
        // Searched from the end: nearly every call is for the last list.
        while (at > 0 && lists[at - 1].Period > period)
            at--;
        return at > 0 && lists[at - 1].Period == period ? at - 1 : ~at;
    }
}
