using Herald.Engine.Basics;

namespace Herald.Notifications.Statuses;

/// <summary>The tags of 128 rows, in the order of the rows; 0 where there is no row, or a row without a recipient.</summary>
internal sealed class TagChunk(long number, long openSinceMs)
{
    public long Number => number;

    public long FirstRow => number * RowNumber.RowsOfChunk;

    /// <summary>When the first of its rows that no table had was accepted.</summary>
    public long OpenSinceMs { get; set; } = openSinceMs;

    public uint[] Uuids { get; } = new uint[RowNumber.RowsOfChunk];

    public uint[] Recipients { get; } = new uint[RowNumber.RowsOfChunk];

    /// <summary>Adds the rows from <paramref name="from"/> on that have this tag, in ascending order.</summary>
    public void Find(uint tag, uint[] tags, long from, List<long> into)
    {
        for (var at = (int)Math.Max(0, from - FirstRow); at < tags.Length; at++)
        {
            var found = tags.AsSpan(at).IndexOf(tag);
            if (found < 0)
                return;
            at += found;
            into.Add(FirstRow + at);
        }
    }

    public byte[] Encode(RecordWriter writer)
    {
        StoredValue.Begin(writer);
        writer.Number(number);
        writer.Number(OpenSinceMs);
        foreach (var tag in Uuids)
            writer.Word(tag);
        foreach (var tag in Recipients)
            writer.Word(tag);
        return StoredValue.End(writer);
    }

    /// <exception cref="InvalidDataException">The chunk is damaged.</exception>
    public static TagChunk Decode(int slot, ReadOnlyMemory<byte>? value) => StoredValue.Read(StatusKeys.Chunk(slot), value, body =>
    {
        var chunk = new TagChunk(body.Number(), body.Number());
        foreach (var tags in (ReadOnlySpan<uint[]>)[chunk.Uuids, chunk.Recipients])
            for (var at = 0; at < tags.Length; at++)
                tags[at] = body.Word();
        return body.AtEnd && chunk.Number % OpenTags.Slots == slot
            ? chunk : throw new InvalidDataException($"it is chunk {chunk.Number}, which belongs elsewhere");
    });
}
