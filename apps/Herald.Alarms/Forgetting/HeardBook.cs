using System.Runtime.InteropServices;
using Herald.Alarms.Records;

namespace Herald.Alarms.Forgetting;

/// <summary>
/// Which lists of users a shard has, oldest period first: the entry <c>f</c> of its state. A user is in the list of the period in which the user was heard
/// last, so only the oldest lists have to be read to find those who are silent; who is found there and has been heard since is passed over.
/// </summary>
/// <remarks>Format 1: the format, the shard's time, the number of lists, and for each how long after the one before its period begins, and its chunks.</remarks>
internal sealed class HeardBook
{
    private const byte Format = 1;

    private readonly List<HeardList> _lists = [];

    public static ReadOnlySpan<byte> Key => "f"u8;

    public bool IsChanged { get; private set; }
    public bool IsEmpty => _lists.Count == 0;

    /// <summary>The shard's time, which never goes back: the latest period in which something was heard, or forgotten.</summary>
    public long Now { get; private set; }

    public HeardList Oldest => _lists[0];

    public void Fill(ReadOnlyMemory<byte>? record)
    {
        _lists.Clear();
        (Now, IsChanged) = (0, false);
        if (record is not { } saved)
            return;
        var reader = new ByteReader(saved.Span);
        if (reader.Byte() is not Format and var format)
            throw new InvalidDataException($"The lists of users have format {format}, and this program knows {Format}.");
        Now = reader.Number();
        var period = 0L;
        for (var left = reader.Number(); left > 0; left--)
        {
            period += reader.Number();
            _lists.Add(new HeardList(period, (int)reader.Number()));
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

    /// <summary>The list of a period; without chunks when there is none yet.</summary>
    public HeardList Find(long period) => IndexOf(period) is >= 0 and var at ? _lists[at] : new HeardList(period, 0);

    /// <summary>A list as it is now; without chunks it is gone.</summary>
    public void Set(HeardList list)
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

    private int IndexOf(long period)
    {
        var lists = CollectionsMarshal.AsSpan(_lists);
        var at = lists.Length;
        // Nearly always the last one is asked for.
        while (at > 0 && lists[at - 1].Period > period)
            at--;
        return at > 0 && lists[at - 1].Period == period ? at - 1 : ~at;
    }
}
